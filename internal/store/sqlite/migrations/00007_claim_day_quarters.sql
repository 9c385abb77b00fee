-- +goose Up

-- quarters has the day's claims by quarter-hour of UTC, as a JSON object: "1" is 00:00 to 00:15. Programs for older
-- versions of the schema raise claims alone, so the sum of quarters may be less than claims.
ALTER TABLE claim_days ADD COLUMN quarters text NOT NULL DEFAULT '{}';
