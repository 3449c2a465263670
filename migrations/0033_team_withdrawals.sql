-- A fact that was put down wrongly no longer counts (model §2): also that somebody came into a team.
ALTER TABLE team_member ADD COLUMN IF NOT EXISTS withdrawn_by INTEGER REFERENCES staff;
ALTER TABLE team_member ADD COLUMN IF NOT EXISTS withdrawn_reason TEXT;
