-- Commits that are no change of the data: saved views, workspaces, findings, what agents said.
ALTER TABLE meta ADD COLUMN kept BIGINT DEFAULT 0;
