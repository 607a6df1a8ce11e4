-- compatible_from: 1
-- PostgreSQL's tables lie in the order of their making already; the number is SQLite's.
SELECT 1;
