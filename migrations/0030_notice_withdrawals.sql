-- A fact that was put down wrongly no longer counts (model §2): also that a prison told the family.
ALTER TABLE prisoner_notice ADD COLUMN IF NOT EXISTS withdrawn_at TIMESTAMPTZ;
ALTER TABLE prisoner_notice ADD COLUMN IF NOT EXISTS withdrawn_by INTEGER REFERENCES staff;
ALTER TABLE prisoner_notice ADD COLUMN IF NOT EXISTS withdrawn_reason TEXT;
