-- From typed values to the tables that the rules read. Every distinct value has its forms already (preparing.py), save
-- numbers that are whole as they stand; here they are put beside the rows and people again. Run by DuckDB alone,
-- whichever engine decides.

-- once filled_numbers: a number on more than fifteen rows is what somebody typed where there was none
SELECT id_no FROM numbered_typed WHERE id_no <> '' GROUP BY id_no HAVING COUNT(*) > 15

-- view rows_read: the rows with their numbers; what has no form of its own is whole as it stands
SELECT t.* EXCLUDE (phone, id_no), COALESCE(f.phone, t.phone) AS phone,
  COALESCE(i.cccd, CASE LENGTH(t.id_no) WHEN 12 THEN t.id_no ELSE '' END) AS cccd,
  COALESCE(i.cmnd, CASE LENGTH(t.id_no) WHEN 9 THEN t.id_no ELSE '' END) AS cmnd,
  COALESCE(i.digits, t.id_no) AS digits, COALESCE(i.state, 'V') AS id_state
FROM (
  SELECT t.* REPLACE (CASE WHEN f.id_no IS NULL THEN t.id_no ELSE '' END AS id_no)
  FROM numbered_typed t LEFT JOIN filled_numbers f ON f.id_no = t.id_no
) t
LEFT JOIN number i ON i.raw = t.id_no
LEFT JOIN telephone f ON f.raw = t.phone

-- view people_read: the people likewise
SELECT t.* EXCLUDE (cccd, cmnd, phone), COALESCE(f.phone, t.phone) AS phone,
  COALESCE(i.cccd, CASE LENGTH(t.cccd) WHEN 12 THEN t.cccd ELSE '' END) AS cccd,
  COALESCE(o.cmnd, CASE LENGTH(t.cmnd) WHEN 9 THEN t.cmnd ELSE '' END) AS cmnd
FROM numbered_register t
LEFT JOIN number i ON i.raw = t.cccd
LEFT JOIN number o ON o.raw = t.cmnd
LEFT JOIN telephone f ON f.raw = t.phone

-- once team_phones: a number on more than fifteen rows is a team's
SELECT phone FROM rows_read WHERE phone <> '' GROUP BY phone HAVING COUNT(*) > 15

-- once made_up_phones: nor does a number on more than fifteen people tell them apart
SELECT phone FROM people_read WHERE phone <> '' GROUP BY phone HAVING COUNT(*) > 15

-- once people: who has no household in the extract is kin to those of the family name in the commune
SELECT t.pid, t.person_id, t.cccd, t.cmnd, n.* EXCLUDE (raw), b.day, b.year,
  CASE WHEN b.day LIKE '%00' OR b.day LIKE '%0101' THEN '' ELSE b.day END AS birthday,
  substr(t.cccd, 5) AS tail, substr(t.cccd, 1, 9) AS head,
  CASE WHEN g.sex IN ('M', 'F') THEN g.sex ELSE '' END AS sex,
  CASE WHEN s.phone IS NULL THEN t.phone ELSE '' END AS phone,
  t.household, c.place AS commune, v.place AS province,
  CASE WHEN t.household <> '' THEN t.household
    WHEN c.place <> '' THEN '/' || n.family || '/' || c.place || '/' || v.place
    ELSE '' END AS kin,
  CASE WHEN lower(t.status) IN ('deceased', 'unregistered') THEN lower(t.status) ELSE 'alive' END AS status
FROM people_read t
JOIN name n ON n.raw = t.full_name
JOIN birth b ON b.raw = t.dob
JOIN gender g ON g.raw = t.sex
JOIN place c ON c.raw = t.commune
JOIN place v ON v.raw = t.province
LEFT JOIN made_up_phones s ON s.phone = t.phone

-- once sex_codes: what 0, 1 and 2 mean in this list, by people of the same name and birth date; 95 in 100 must agree
SELECT code, CASE WHEN men * 2 > votes THEN 'M' ELSE 'F' END AS sex
FROM (
  SELECT g.sex AS code, COUNT(*) AS votes, COUNT(CASE WHEN p.sex = 'M' THEN 1 END) AS men
  FROM numbered_typed t
  JOIN gender g ON g.raw = t.sex
  JOIN name n ON n.raw = t.full_name
  JOIN birth b ON b.raw = t.dob
  JOIN people p ON p.ordered = n.ordered AND p.day = b.day
  WHERE g.sex IN ('0', '1', '2') AND n.ordered <> '' AND b.day <> '' AND p.sex <> ''
  GROUP BY g.sex
)
WHERE votes >= 20 AND greatest(men, votes - men) * 100 >= votes * 95

-- once drafted: the rows of the list
SELECT t.rid, t.row_id, t.cccd, t.cmnd, t.digits, t.id_state, n.* EXCLUDE (raw), b.day, b.swapped, b.year,
  CASE WHEN b.day LIKE '%00' OR b.day LIKE '%0101' THEN '' ELSE b.day END AS birthday,
  substr(t.cccd, 5) AS tail, substr(t.cccd, 1, 9) AS head,
  CASE WHEN g.sex IN ('M', 'F') THEN g.sex ELSE COALESCE(x.sex, '') END AS sex,
  CASE WHEN s.phone IS NULL THEN t.phone ELSE '' END AS phone,
  c.place AS commune, v.place AS province
FROM rows_read t
JOIN name n ON n.raw = t.full_name
JOIN birth b ON b.raw = t.dob
JOIN gender g ON g.raw = t.sex
JOIN place c ON c.raw = t.commune
JOIN place v ON v.raw = t.province
LEFT JOIN sex_codes x ON x.code = g.sex
LEFT JOIN team_phones s ON s.phone = t.phone

-- once renamed: communes that the register spells otherwise (a code, an older name), by people found by number
WITH known AS (
  SELECT DISTINCT commune, province FROM people
), found AS (
  SELECT d.commune, d.province, p.commune AS to_commune, p.province AS to_province, COUNT(*) AS votes
  FROM drafted d
  JOIN people p ON p.cccd = d.cccd AND p.plain = d.plain
  WHERE d.cccd <> '' AND d.commune <> '' AND p.commune <> '' AND NOT EXISTS (
    SELECT 1 FROM known k
    WHERE k.commune = d.commune AND (k.province = d.province OR d.province = '' OR k.province = ''))
  GROUP BY ALL
), counted AS (
  SELECT *, SUM(votes) OVER (PARTITION BY commune, province) AS all_votes,
    ROW_NUMBER() OVER (PARTITION BY commune, province ORDER BY votes DESC, to_commune, to_province) AS place
  FROM found
)
SELECT commune, province, to_commune, to_province
FROM counted
WHERE place = 1 AND votes >= 5 AND votes * 100 >= all_votes * 80

-- view all_listed: the rows with the register's names for their communes
SELECT d.* REPLACE (COALESCE(m.to_commune, d.commune) AS commune, COALESCE(m.to_province, d.province) AS province)
FROM drafted d
LEFT JOIN renamed m ON m.commune = d.commune AND m.province = d.province
