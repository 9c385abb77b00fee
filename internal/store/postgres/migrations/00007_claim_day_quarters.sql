-- +goose Up

-- quarters has the day's claims by quarter-hour of UTC: the first element is 00:00 to 00:15. Null is none. Elements at
-- both ends may be missing. Programs for older versions of the schema raise claims alone, so the sum of quarters may be
-- less than claims.
ALTER TABLE claim_days ADD COLUMN quarters integer[] NOT NULL DEFAULT '{}';
