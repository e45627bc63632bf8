-- The rules of linkage: block, compare, rank, and accept only named combinations of evidence with a margin.
-- DuckDB and Spark run this text unchanged. It keeps to what both understand alike: equi-joins, UNION, CASE,
-- windows with a total order, levenshtein over ASCII, whole numbers; no NULL among the inputs, no regular
-- expression, no fraction. docs/linkage.md tells why each rule is as it is.
--
-- Inputs: `listed` (rows of the list: rid and the forms of normalise_*), `people` (the register: pid and the same
-- forms) and `options` (level). A step is one SELECT: `once` runs over everything, `part` for each part of the list,
-- and a `view` where it is read. Results: `decisions` and `candidates`.

-- once namesakes: how many share name and birth date, where more than one does
SELECT ordered, day, COUNT(*) AS born
FROM people
WHERE ordered <> '' AND day <> ''
GROUP BY ordered, day
HAVING COUNT(*) > 1

-- once neighbours: how many share name and commune, where more than three do
SELECT plain, commune, province, COUNT(*) AS near
FROM people
WHERE plain <> '' AND commune <> ''
GROUP BY plain, commune, province
HAVING COUNT(*) > 3

-- once twins: how many of one household share a birth date, where more than one does
SELECT kin, day, COUNT(*) AS twin
FROM people
WHERE kin <> '' AND day <> ''
GROUP BY kin, day
HAVING COUNT(*) > 1

-- once caution: whether more than one in twenty of this register are twins, so that a missing one is to be feared
SELECT CASE WHEN COALESCE(MAX(twins), 0) * 20 > COUNT(*) THEN 'many' ELSE 'few' END AS twins
FROM people CROSS JOIN (SELECT SUM(twin) AS twins FROM twins) t

-- once given_names: the given names of the register, as they are written
SELECT given, given_marked
FROM people
WHERE given <> ''
GROUP BY given, given_marked
HAVING COUNT(*) >= 3

-- once middles: the names between family and given name in the register
SELECT middle
FROM people
WHERE middle <> ''
GROUP BY middle
HAVING COUNT(*) >= 3

-- once spellings: in how many ways a given name without marks may be meant
SELECT given, COUNT(*) AS spelled
FROM given_names
GROUP BY given

-- once pairs: whom a row may mean; every block is an equality, so nothing is compared with everything
SELECT DISTINCT rid, pid
FROM (
  SELECT r.rid, p.pid FROM listed r JOIN people p ON p.cccd = r.cccd WHERE r.cccd <> ''
  UNION ALL
  SELECT r.rid, p.pid FROM listed r JOIN people p ON p.cmnd = r.cmnd WHERE r.cmnd <> ''
  UNION ALL
  SELECT r.rid, p.pid FROM listed r JOIN people p ON p.ordered = r.ordered AND p.day = r.day
  WHERE r.ordered <> '' AND r.day <> ''
  UNION ALL
  SELECT r.rid, p.pid FROM listed r JOIN people p ON p.ordered = r.ordered AND p.day = r.swapped
  WHERE r.ordered <> '' AND r.swapped <> ''
  UNION ALL
  SELECT r.rid, p.pid FROM listed r JOIN people p ON p.ordered = r.ordered AND p.year = r.year AND p.commune = r.commune
  WHERE r.ordered <> '' AND r.year <> '' AND r.commune <> ''
  UNION ALL
  SELECT r.rid, p.pid FROM listed r JOIN people p ON p.given = r.given AND p.year = r.year AND p.commune = r.commune
  WHERE r.given <> '' AND r.year <> '' AND r.birthday = '' AND r.commune <> ''
  UNION ALL
  -- Without a number to go by, the telephone alone is enough to look.
  SELECT r.rid, p.pid FROM listed r JOIN people p ON p.phone = r.phone
  WHERE r.phone <> '' AND (r.cccd = '' OR (r.given <> '' AND p.given = r.given) OR (r.day <> '' AND p.day = r.day))
  UNION ALL
  SELECT r.rid, p.pid FROM listed r JOIN people p ON p.birthday = r.birthday AND p.commune = r.commune
  WHERE r.birthday <> '' AND r.commune <> ''
  UNION ALL
  SELECT r.rid, p.pid
  FROM listed r JOIN people p ON p.birthday = r.birthday AND p.province = r.province AND p.given = r.given
  WHERE r.birthday <> '' AND r.province <> '' AND r.given <> ''
  UNION ALL
  SELECT r.rid, p.pid FROM listed r JOIN people p ON p.tail = r.tail AND p.given = r.given
  WHERE r.tail <> '' AND r.given <> ''
  UNION ALL
  SELECT r.rid, p.pid FROM listed r JOIN people p ON p.head = r.head AND p.given = r.given
  WHERE r.head <> '' AND r.given <> ''
  UNION ALL
  -- Likewise the name in the commune, also where no day is known, but for names that a whole commune bears.
  SELECT r.rid, p.pid
  FROM listed r
  JOIN people p ON p.ordered = r.ordered AND p.commune = r.commune
  LEFT JOIN neighbours h ON h.plain = r.plain AND h.commune = r.commune AND h.province = r.province
  WHERE r.ordered <> '' AND r.commune <> '' AND (r.cccd = '' OR r.birthday = '') AND COALESCE(h.near, 0) <= 20
) blocks

-- view compared: what each field of a pair says, one letter a field
SELECT c.rid, c.pid, p.status, p.kin, r.id_state,
  CASE
    WHEN r.cccd <> '' AND r.cccd = p.cccd THEN 'X'
    WHEN r.cmnd <> '' AND r.cmnd = p.cmnd THEN 'C'
    WHEN LENGTH(r.digits) > 9 AND p.cccd <> '' AND levenshtein(r.digits, p.cccd) <= 2 THEN 'N'
    WHEN r.cmnd <> '' AND p.cmnd <> '' AND levenshtein(r.cmnd, p.cmnd) <= 1 THEN 'N'
    WHEN r.id_state = 'U' AND LENGTH(r.digits) > 10 AND p.cccd <> '' THEN 'D'
    WHEN r.id_state = 'M' THEN 'M'
    WHEN r.id_state = 'U' THEN 'U'
    WHEN r.cmnd <> '' AND p.cmnd = '' THEN 'U'
    ELSE 'D'
  END AS id,
  CASE
    WHEN r.plain = '' OR p.plain = '' THEN '-'
    WHEN r.plain = p.plain AND r.marked = r.plain THEN 'K'
    WHEN r.plain = p.plain AND r.marked = p.marked THEN 'A'
    WHEN r.plain = p.plain THEN 'c'
    WHEN r.ordered = p.ordered THEN 'S'
    WHEN ABS(LENGTH(r.plain) - LENGTH(p.plain)) <= 2
      AND levenshtein(r.plain, p.plain) <= CASE WHEN LENGTH(r.plain) > 8 THEN 2 ELSE 1 END THEN 'L'
    WHEN r.given = p.given AND (r.family = p.family OR r.family = substr(p.family, 1, LENGTH(r.family)))
      AND (r.middle = '' OR r.middle = p.middle OR r.initials = p.initials
        OR r.middle = substr(p.middle, 1, LENGTH(r.middle))
        OR ' ' || r.middle = substr(' ' || p.middle, LENGTH(p.middle) - LENGTH(r.middle) + 1)) THEN 'P'
    WHEN r.given = p.given AND r.family = p.family THEN 'l'
    WHEN r.given = p.given OR (r.family = p.family AND levenshtein(r.given, p.given) <= 1) THEN 'g'
    ELSE 'x'
  END AS name,
  CASE
    WHEN r.day = '' OR p.day = '' THEN 'M'
    WHEN r.day = p.day AND r.birthday <> '' THEN 'E'
    WHEN r.day = p.day THEN 'J'
    WHEN r.swapped = p.day THEN 'S'
    WHEN r.year = p.year AND (r.birthday = '' OR p.birthday = '') THEN 'Y'
    WHEN levenshtein(r.day, p.day) = 1 THEN 'N'
    WHEN r.year = p.year THEN 'y'
    ELSE 'x'
  END AS birth,
  CASE WHEN r.sex = '' OR p.sex = '' THEN '-' WHEN r.sex = p.sex THEN 'E' ELSE 'x' END AS sex,
  CASE WHEN r.phone <> '' AND r.phone = p.phone THEN 'E' WHEN r.phone = '' OR p.phone = '' THEN '-' ELSE 'x' END
    AS phone,
  CASE
    WHEN r.commune = '' OR p.commune = '' THEN '-'
    WHEN r.commune = p.commune AND (r.province = p.province OR r.province = '' OR p.province = '') THEN 'E'
    ELSE 'x'
  END AS place,
  -- Whether a word of the row is another name than the candidate's.
  CASE
    WHEN r.ordered = p.ordered AND r.family <> p.family THEN 'same'
    WHEN r.ordered = p.ordered AND r.plain <> p.plain THEN 'other'
    WHEN r.given = p.given AND r.family <> p.family AND r.family <> substr(p.family, 1, LENGTH(r.family))
      AND levenshtein(r.family, p.family) > 2 THEN 'other'
    WHEN r.family = p.family AND p.middle <> '' AND r.middle <> p.middle
      AND ' ' || r.middle <> substr(' ' || p.middle, LENGTH(p.middle) - LENGTH(r.middle) + 1)
      AND ((m.middle IS NOT NULL AND LENGTH(r.middle) > 1
          AND r.middle || ' ' <> substr(p.middle, 1, LENGTH(r.middle) + 1))
        OR ((LENGTH(r.middle) = 1 OR levenshtein(r.middle, p.middle) > 2)
          AND r.middle <> substr(p.middle, 1, LENGTH(r.middle))
          AND (r.initials <> p.initials OR LENGTH(r.middle) >= 2 * LENGTH(r.initials)))) THEN 'other'
    WHEN r.given = p.given AND r.marked = r.plain THEN 'bare'
    WHEN r.given_marked = p.given_marked THEN 'same'
    WHEN k.given_marked IS NOT NULL OR (r.marked = r.plain AND s.given IS NOT NULL) THEN 'other'
    ELSE 'no_name'
  END AS words,
  COALESCE(s.spelled, 1) AS spelled,
  COALESCE(n.born, 1) AS born,
  COALESCE(h.near, 3) AS near,
  COALESCE(t.twin, 1) AS twin
FROM pairs c
JOIN listed r ON r.rid = c.rid
JOIN people p ON p.pid = c.pid
LEFT JOIN namesakes n ON n.ordered = p.ordered AND n.day = p.day
LEFT JOIN neighbours h ON h.plain = p.plain AND h.commune = p.commune AND h.province = p.province
LEFT JOIN given_names k ON k.given_marked = r.given_marked
LEFT JOIN middles m ON m.middle = r.middle
LEFT JOIN spellings s ON s.given = r.given
LEFT JOIN twins t ON t.kin = p.kin AND t.day = p.day

-- view weighed: the points of a pair
SELECT c.*,
  CASE id WHEN 'X' THEN 22 WHEN 'C' THEN 20 WHEN 'N' THEN 13 WHEN 'D' THEN -7 ELSE 0 END
    + CASE name WHEN 'A' THEN 14 WHEN 'K' THEN 12 WHEN 'S' THEN 10 WHEN 'c' THEN 9 WHEN 'L' THEN 8 WHEN 'P' THEN 5
        WHEN 'l' THEN 4 WHEN 'g' THEN 3 WHEN '-' THEN 0 ELSE -12 END
    + CASE birth WHEN 'E' THEN 13 WHEN 'S' THEN 9 WHEN 'J' THEN 8 WHEN 'N' THEN 7 WHEN 'Y' THEN 5 WHEN 'y' THEN 1
        WHEN 'M' THEN 0 ELSE -9 END
    + CASE sex WHEN 'E' THEN 1 WHEN 'x' THEN -6 ELSE 0 END
    + CASE phone WHEN 'E' THEN 9 ELSE 0 END
    + CASE place WHEN 'E' THEN 7 WHEN 'x' THEN -3 ELSE 0 END AS points
FROM compared c

-- part ranked: the candidates of a row, best first, with what all of them together say; without points nobody counts
SELECT *
FROM (
  SELECT w.*,
    MAX(CASE WHEN id IN ('X', 'C') THEN 1 ELSE 0 END) OVER (PARTITION BY rid) AS owned,
    MAX(CASE WHEN id IN ('X', 'C') THEN kin ELSE '' END) OVER (PARTITION BY rid) AS owners_kin,
    COUNT(CASE WHEN name IN ('A', 'K') AND birth IN ('E', 'J', 'S') THEN 1 END) OVER (PARTITION BY rid) AS named,
    COUNT(CASE WHEN name IN ('A', 'K') THEN 1 END) OVER (PARTITION BY rid) AS called,
    ROW_NUMBER() OVER (PARTITION BY rid ORDER BY points DESC, pid) AS place_in_row,
    COALESCE(LEAD(points) OVER (PARTITION BY rid ORDER BY points DESC, pid), 0) AS next_points
  FROM weighed w
) of_all
WHERE points > 0

-- view best: the best candidate of a row, its lead over the next, and who owns the number that was typed
SELECT r.*,
  CAST(points - CASE WHEN next_points < 0 THEN 0 ELSE next_points END AS INTEGER) AS lead_points,
  CASE
    WHEN id IN ('X', 'C') OR owned = 0 THEN 'nobody'
    WHEN kin <> '' AND kin = owners_kin THEN 'kin'
    ELSE 'other'
  END AS owner,
  CASE WHEN twin = 1 AND named = 0 THEN 1 ELSE 0 END AS alone
FROM ranked r
WHERE place_in_row = 1

-- view judged: the rule that the best candidate of a row meets, first that fits
SELECT rid, pid, status, id, name, birth, id_state, owner, lead_points, points,
  CASE
    WHEN id IN ('X', 'C') AND (name = 'A' OR (name = 'K' AND named < 2 AND (twin = 1 OR birth IN ('E', 'J', 'S'))))
      AND birth IN ('E', 'J', 'S', 'Y', 'N') THEN 'R1'
    WHEN id IN ('X', 'C') AND name IN ('S', 'c', 'L') AND birth IN ('E', 'J', 'S', 'Y', 'N') AND alone = 1
      AND (words <> 'other' OR twins = 'few') THEN 'R1'
    WHEN id IN ('X', 'C') AND name IN ('P', 'l', 'g') AND birth IN ('E', 'J', 'S') AND sex <> 'x' AND alone = 1
      AND (words <> 'other' OR twins = 'few') THEN 'R2'
    WHEN id IN ('X', 'C') AND name IN ('L', 'P') AND words <> 'other' AND birth IN ('N', 'Y', 'y', 'M') AND sex = 'E'
      AND alone = 1 AND called = 0 AND (phone = 'E' OR place = 'E') THEN 'R2'
    WHEN id IN ('X', 'C') AND (name = 'A' OR (name IN ('K', 'S', 'c') AND words <> 'other' AND alone = 1))
      AND birth IN ('M', 'y') AND named = 0 AND sex <> 'x' AND (phone = 'E' OR place = 'E') THEN 'R3'
    WHEN id IN ('X', 'C') AND name = 'A' AND birth = 'x' AND named = 0 AND sex = 'E' AND phone = 'E' AND place = 'E'
      THEN 'R3'
    WHEN id = 'N' AND owner = 'nobody' AND birth IN ('E', 'J', 'S')
      AND (name = 'A' OR (name = 'K' AND (spelled = 1 OR twins = 'few'))
        OR (name IN ('S', 'c', 'L') AND words <> 'other' AND alone = 1 AND twins = 'few'))
      AND sex <> 'x' AND (phone = 'E' OR place = 'E') THEN 'R4'
    WHEN id = 'N' AND owner = 'nobody' AND name = 'P' AND words <> 'other' AND birth IN ('E', 'J', 'S')
      AND sex = 'E' AND phone = 'E' AND place = 'E' AND alone = 1 AND twins = 'few' THEN 'R4'
    WHEN id IN ('M', 'U') AND (name = 'A' OR (name = 'K' AND twin = 1 AND place <> 'x')) AND birth = 'E'
      AND sex = 'E' AND phone = 'E' AND born = 1 AND lead_points >= 15 THEN 'R5'
    WHEN id IN ('M', 'U') AND name = 'A' AND birth = 'E' AND sex = '-' AND phone = 'E' AND place = 'E' AND born = 1
      AND lead_points >= 15 THEN 'R5'
    WHEN id IN ('M', 'U') AND name = 'A' AND birth = 'E' AND sex = 'E' AND place = 'E' AND born = 1 AND near <= 20
      AND lead_points >= 15 THEN 'R6'
    WHEN id IN ('M', 'U') AND name = 'K' AND spelled = 1 AND twin = 1 AND birth = 'E' AND sex = 'E' AND place = 'E'
      AND born = 1 AND near <= 3 AND lead_points >= 15 THEN 'R6'
    WHEN id IN ('M', 'U', 'N') AND owner = 'nobody' AND name = 'A' AND birth IN ('S', 'N', 'Y', 'y', 'M') AND sex = 'E'
      AND phone = 'E' AND place = 'E' AND twin = 1 AND lead_points >= 15 THEN 'R7'
    WHEN id IN ('M', 'U') AND name IN ('c', 'L', 'P') AND words = 'same' AND birth = 'E' AND sex = 'E'
      AND phone = 'E' AND place = 'E' AND twin = 1 AND lead_points >= 15 THEN 'R7'
    WHEN id = 'D' AND owner = 'kin' AND (name = 'A' OR (name = 'K' AND twin = 1 AND spelled = 1)) AND birth = 'E'
      AND sex = 'E' AND (phone = 'E' OR place = 'E') AND born = 1 AND lead_points >= 10 THEN 'R8'
    WHEN id IN ('M', 'U') AND name = 'K' AND twin = 1 AND birth = 'E' AND sex = 'E' AND place = 'E' AND born = 1
      AND near <= 3 AND lead_points >= 15 THEN 'S7'
    WHEN id IN ('M', 'U') AND name = 'L' AND twin = 1 AND birth = 'E' AND sex = 'E' AND phone = 'E' AND place = 'E'
      AND lead_points >= 15 THEN 'S9'
    ELSE ''
  END AS rule
FROM best CROSS JOIN caution

-- view concluded: what becomes of a row, and the one word for it
SELECT rid, pid, lead_points, rule,
  CASE
    WHEN rule = '' AND id IN ('X', 'C') THEN 'owner_differs'
    WHEN rule = '' AND owner = 'other' THEN 'id_of_other'
    WHEN rule = '' AND id = 'D' THEN 'id_unknown'
    WHEN rule = '' THEN 'thin_evidence'
    WHEN status <> 'alive' THEN status
    WHEN lead_points < 8 THEN 'ambiguous'
    WHEN rule IN ('S7', 'S9') AND level = 'strict' THEN 'standard_only'
    ELSE 'agrees'
  END AS reason
FROM judged CROSS JOIN options

-- view decisions: one line a row, whoever was found
SELECT r.rid,
  CASE WHEN c.rid IS NULL THEN 'none' WHEN c.reason = 'agrees' THEN 'accept' ELSE 'review' END AS decision,
  CASE WHEN c.reason = 'agrees' THEN c.pid ELSE -1 END AS pid,
  CASE WHEN c.reason IN ('agrees', 'standard_only') THEN c.rule ELSE '' END AS rule,
  COALESCE(c.reason, 'nobody_like_this') AS reason,
  COALESCE(c.lead_points, 0) AS lead_points
FROM listed r LEFT JOIN concluded c ON c.rid = r.rid

-- view candidates: the five best of each row, with the fields that differ
SELECT rid, place_in_row, pid, points,
  CASE WHEN id IN ('N', 'D') THEN 'id_no,' ELSE '' END
    || CASE WHEN name NOT IN ('A', 'K', '-') THEN 'full_name,' ELSE '' END
    || CASE WHEN birth NOT IN ('E', 'J', 'M') THEN 'dob,' ELSE '' END
    || CASE WHEN sex = 'x' THEN 'sex,' ELSE '' END
    || CASE WHEN phone = 'x' THEN 'phone,' ELSE '' END
    || CASE WHEN place = 'x' THEN 'commune,' ELSE '' END AS differs
FROM ranked
WHERE place_in_row <= 5
