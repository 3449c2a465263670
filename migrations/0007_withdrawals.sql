-- A fact of an order that was wrong is withdrawn by a named human with a reason; its row stays.
DO $$
DECLARE place text;
BEGIN
    FOREACH place IN ARRAY ARRAY['registration', 'class_decision', 'document_record', 'pause', 'pause_check', 'order_end'] LOOP
        EXECUTE format('ALTER TABLE %I ADD COLUMN IF NOT EXISTS withdrawn_by INTEGER REFERENCES staff ON DELETE RESTRICT', place);
        EXECUTE format('ALTER TABLE %I ADD COLUMN IF NOT EXISTS withdrawn_reason TEXT', place);
    END LOOP;
END $$;
