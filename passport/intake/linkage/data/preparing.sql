-- From typed values to the tables that the rules read. Every distinct value has its forms already (preparing.py);
-- here they are put beside the rows and people again. Run by DuckDB alone, whichever engine decides.

-- once team_phones: a number on more than fifteen rows is a team's
SELECT f.phone FROM typed t JOIN telephone f ON f.raw = t.phone
WHERE f.phone <> '' GROUP BY f.phone HAVING COUNT(*) > 15

-- once made_up_phones: nor does a number on more than fifteen people tell them apart
SELECT f.phone FROM register t JOIN telephone f ON f.raw = t.phone
WHERE f.phone <> '' GROUP BY f.phone HAVING COUNT(*) > 15

-- once people: who has no household in the extract is kin to those of the family name in the commune
SELECT t.pid, i.cccd, o.cmnd, n.* EXCLUDE (raw), b.day, b.year,
  CASE WHEN b.day LIKE '%00' OR b.day LIKE '%0101' THEN '' ELSE b.day END AS birthday,
  substr(i.cccd, 5) AS tail, substr(i.cccd, 1, 9) AS head,
  CASE WHEN g.sex IN ('M', 'F') THEN g.sex ELSE '' END AS sex,
  CASE WHEN s.phone IS NULL THEN f.phone ELSE '' END AS phone,
  t.household, c.place AS commune, v.place AS province,
  CASE WHEN t.household <> '' THEN t.household
    WHEN c.place <> '' THEN '/' || n.family || '/' || c.place || '/' || v.place
    ELSE '' END AS kin,
  CASE WHEN lower(t.status) IN ('deceased', 'unregistered') THEN lower(t.status) ELSE 'alive' END AS status
FROM numbered_register t
JOIN number i ON i.raw = t.cccd
JOIN number o ON o.raw = t.cmnd
JOIN name n ON n.raw = t.full_name
JOIN birth b ON b.raw = t.dob
JOIN gender g ON g.raw = t.sex
JOIN telephone f ON f.raw = t.phone
JOIN place c ON c.raw = t.commune
JOIN place v ON v.raw = t.province
LEFT JOIN made_up_phones s ON s.phone = f.phone

-- once sex_codes: what 0 and 1 mean in this list, by the fourth digit of its own numbers; 95 in 100 must agree
SELECT code, CASE WHEN (code = '1') = (male_is_one * 2 > votes) THEN 'M' ELSE 'F' END AS sex
FROM (
  SELECT COUNT(*) AS votes,
    COUNT(CASE WHEN (g.sex = '1') = (substr(i.cccd, 4, 1) IN ('0', '2', '4', '6', '8')) THEN 1 END) AS male_is_one
  FROM typed t
  JOIN gender g ON g.raw = t.sex
  JOIN number i ON i.raw = t.id_no
  WHERE g.sex IN ('0', '1') AND i.cccd <> ''
) CROSS JOIN (VALUES ('0'), ('1')) codes(code)
WHERE votes >= 20 AND greatest(male_is_one, votes - male_is_one) * 100 >= votes * 95

-- once drafted: the rows of the list
SELECT t.rid, i.cccd, i.cmnd, i.digits, i.state AS id_state, n.* EXCLUDE (raw), b.day, b.swapped, b.year,
  CASE WHEN b.day LIKE '%00' OR b.day LIKE '%0101' THEN '' ELSE b.day END AS birthday,
  substr(i.cccd, 5) AS tail, substr(i.cccd, 1, 9) AS head,
  CASE WHEN g.sex IN ('M', 'F') THEN g.sex ELSE COALESCE(x.sex, '') END AS sex,
  CASE WHEN s.phone IS NULL THEN f.phone ELSE '' END AS phone,
  c.place AS commune, v.place AS province
FROM numbered_typed t
JOIN number i ON i.raw = t.id_no
JOIN name n ON n.raw = t.full_name
JOIN birth b ON b.raw = t.dob
JOIN gender g ON g.raw = t.sex
JOIN telephone f ON f.raw = t.phone
JOIN place c ON c.raw = t.commune
JOIN place v ON v.raw = t.province
LEFT JOIN sex_codes x ON x.code = g.sex
LEFT JOIN team_phones s ON s.phone = f.phone

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

-- once all_listed: the rows with the register's names for their communes
SELECT d.* REPLACE (COALESCE(m.to_commune, d.commune) AS commune, COALESCE(m.to_province, d.province) AS province)
FROM drafted d
LEFT JOIN renamed m ON m.commune = d.commune AND m.province = d.province
