-- Remote video visits (law a.15, b.13).
CREATE TABLE IF NOT EXISTS prison (
    id SERIAL PRIMARY KEY,
    name TEXT NOT NULL,
    in_province BOOLEAN NOT NULL DEFAULT true,
    contact_sealed TEXT,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    closed_at TIMESTAMPTZ,
    CONSTRAINT prison_name_once UNIQUE (name)
);

CREATE TABLE IF NOT EXISTS visit_room (
    id SERIAL PRIMARY KEY,
    name TEXT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    closed_at TIMESTAMPTZ,
    CONSTRAINT visit_room_name_once UNIQUE (name)
);

CREATE TABLE IF NOT EXISTS prisoner (
    id SERIAL PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES person,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    CONSTRAINT prisoner_person_once UNIQUE (person)
);

CREATE TABLE IF NOT EXISTS prisoner_status (
    id BIGSERIAL PRIMARY KEY,
    prisoner INTEGER NOT NULL REFERENCES prisoner,
    prison INTEGER NOT NULL REFERENCES prison,
    prison_number TEXT,
    level TEXT NOT NULL,
    may_visit BOOLEAN NOT NULL DEFAULT true,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    replaces BIGINT,
    withdrawn_at TIMESTAMPTZ,
    CONSTRAINT prisoner_status_level_known CHECK (level IN ('strict', 'normal', 'loose'))
);
-- One word of the prison is in force.
CREATE UNIQUE INDEX IF NOT EXISTS prisoner_status_once ON prisoner_status (prisoner) WHERE withdrawn_at IS NULL;

CREATE TABLE IF NOT EXISTS family_member (
    id SERIAL PRIMARY KEY,
    prisoner INTEGER NOT NULL REFERENCES prisoner,
    person INTEGER NOT NULL REFERENCES person,
    kinship TEXT NOT NULL,
    state TEXT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    CONSTRAINT family_member_once UNIQUE (prisoner, person),
    CONSTRAINT family_member_kinship_known CHECK (kinship IN ('spouse', 'parent', 'child', 'sibling', 'grandparent', 'grandchild', 'in_law', 'guardian', 'other')),
    CONSTRAINT family_member_state_known CHECK (state IN ('new', 'ok', 'refused'))
);
CREATE INDEX IF NOT EXISTS family_member_person ON family_member (person);

CREATE TABLE IF NOT EXISTS family_check (
    id BIGSERIAL PRIMARY KEY,
    family INTEGER NOT NULL REFERENCES family_member,
    result TEXT NOT NULL,
    proof TEXT,
    reason TEXT,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    withdrawn_at TIMESTAMPTZ,
    CONSTRAINT family_check_result_known CHECK (result IN ('ok', 'refused'))
);
CREATE INDEX IF NOT EXISTS family_check_family ON family_check (family);

CREATE TABLE IF NOT EXISTS booking (
    id BIGSERIAL PRIMARY KEY,
    number TEXT NOT NULL,
    prisoner INTEGER NOT NULL REFERENCES prisoner,
    prison INTEGER NOT NULL REFERENCES prison,
    applicant INTEGER NOT NULL REFERENCES family_member,
    person INTEGER NOT NULL REFERENCES person,
    wanted_on DATE NOT NULL,
    wanted_second DATE,
    wanted_third DATE,
    purpose_sealed TEXT,
    instead_of BIGINT REFERENCES booking,
    state TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by INTEGER REFERENCES staff,
    withdrawn_reason TEXT,
    CONSTRAINT booking_number_once UNIQUE (number),
    CONSTRAINT booking_state_known CHECK (state IN ('applied', 'returned', 'forwarded', 'prison_refused', 'scheduled', 'released', 'cancelled', 'confirmed', 'no_show', 'arrived', 'in_session', 'done', 'terminated', 'failed'))
);
-- A failed session is made up for once.
CREATE UNIQUE INDEX IF NOT EXISTS booking_made_up_once ON booking (instead_of)
    WHERE withdrawn_at IS NULL AND state NOT IN ('returned', 'prison_refused', 'released', 'cancelled');
CREATE INDEX IF NOT EXISTS booking_prisoner ON booking (prisoner);
CREATE INDEX IF NOT EXISTS booking_person ON booking (person);
CREATE INDEX IF NOT EXISTS booking_happened_at ON booking (happened_at, id);
CREATE INDEX IF NOT EXISTS booking_open ON booking (state, id)
    WHERE withdrawn_at IS NULL AND state IN ('applied', 'forwarded', 'scheduled', 'confirmed', 'arrived', 'in_session');

CREATE TABLE IF NOT EXISTS booking_visitor (
    id BIGSERIAL PRIMARY KEY,
    booking BIGINT NOT NULL REFERENCES booking,
    family INTEGER NOT NULL REFERENCES family_member,
    CONSTRAINT booking_visitor_once UNIQUE (booking, family)
);

CREATE TABLE IF NOT EXISTS booking_month (
    id BIGSERIAL PRIMARY KEY,
    booking BIGINT NOT NULL REFERENCES booking,
    prisoner INTEGER NOT NULL REFERENCES prisoner,
    month DATE NOT NULL,
    turn INTEGER NOT NULL,
    taken_at TIMESTAMPTZ NOT NULL,
    freed_at TIMESTAMPTZ
);
-- The monthly limit: each turn of a month is used once.
CREATE UNIQUE INDEX IF NOT EXISTS booking_month_once ON booking_month (prisoner, month, turn) WHERE freed_at IS NULL;
CREATE INDEX IF NOT EXISTS booking_month_booking ON booking_month (booking) WHERE freed_at IS NULL;

CREATE TABLE IF NOT EXISTS booking_slot (
    id BIGSERIAL PRIMARY KEY,
    booking BIGINT NOT NULL REFERENCES booking,
    prisoner INTEGER NOT NULL REFERENCES prisoner,
    room INTEGER NOT NULL REFERENCES visit_room,
    prison_room TEXT,
    from_at TIMESTAMPTZ NOT NULL,
    to_at TIMESTAMPTZ NOT NULL,
    taken_at TIMESTAMPTZ NOT NULL,
    taken_by INTEGER REFERENCES staff,
    freed_at TIMESTAMPTZ,
    CONSTRAINT booking_slot_has_length CHECK (from_at < to_at)
);
ALTER TABLE booking_slot DROP CONSTRAINT IF EXISTS booking_slot_room_once;
ALTER TABLE booking_slot ADD CONSTRAINT booking_slot_room_once
    EXCLUDE USING gist (room WITH =, tstzrange(from_at, to_at) WITH &&) WHERE (freed_at IS NULL);
ALTER TABLE booking_slot DROP CONSTRAINT IF EXISTS booking_slot_prisoner_once;
ALTER TABLE booking_slot ADD CONSTRAINT booking_slot_prisoner_once
    EXCLUDE USING gist (prisoner WITH =, tstzrange(from_at, to_at) WITH &&) WHERE (freed_at IS NULL);
CREATE UNIQUE INDEX IF NOT EXISTS booking_slot_once ON booking_slot (booking) WHERE freed_at IS NULL;
CREATE INDEX IF NOT EXISTS booking_slot_from_at ON booking_slot (from_at, room) WHERE freed_at IS NULL;

CREATE TABLE IF NOT EXISTS booking_event (
    id BIGSERIAL PRIMARY KEY,
    booking BIGINT NOT NULL REFERENCES booking,
    step TEXT NOT NULL,
    old_state TEXT,
    new_state TEXT NOT NULL,
    reason TEXT,
    detail JSONB NOT NULL DEFAULT '{}',
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    CONSTRAINT booking_event_state_known CHECK (new_state IN ('applied', 'returned', 'forwarded', 'prison_refused', 'scheduled', 'released', 'cancelled', 'confirmed', 'no_show', 'arrived', 'in_session', 'done', 'terminated', 'failed'))
);
CREATE INDEX IF NOT EXISTS booking_event_booking ON booking_event (booking, id);

CREATE TABLE IF NOT EXISTS booking_arrival (
    id BIGSERIAL PRIMARY KEY,
    booking BIGINT NOT NULL REFERENCES booking,
    family INTEGER NOT NULL REFERENCES family_member,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    CONSTRAINT booking_arrival_once UNIQUE (booking, family)
);

CREATE TABLE IF NOT EXISTS visit_suspension (
    id BIGSERIAL PRIMARY KEY,
    prisoner INTEGER NOT NULL REFERENCES prisoner,
    booking BIGINT REFERENCES booking,
    from_on DATE NOT NULL,
    to_on DATE NOT NULL,
    reason TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by INTEGER REFERENCES staff,
    withdrawn_at TIMESTAMPTZ,
    CONSTRAINT visit_suspension_in_order CHECK (from_on <= to_on)
);
CREATE INDEX IF NOT EXISTS visit_suspension_prisoner ON visit_suspension (prisoner) WHERE withdrawn_at IS NULL;

-- The window's own role: it keeps visits, and sees no file of anybody under supervision.
ALTER TABLE staff DROP CONSTRAINT IF EXISTS staff_role_known;
ALTER TABLE staff ADD CONSTRAINT staff_role_known CHECK (role IN ('officer', 'head', 'clerk', 'cca_head', 'legal', 'leader', 'helper', 'window', 'inspector', 'system_admin', 'security_admin', 'audit_admin'));

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'supervision_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON prison, visit_room, prisoner, prisoner_status, family_member, family_check,
            booking, booking_visitor, booking_month, booking_slot, booking_arrival, visit_suspension TO supervision_app;
        GRANT SELECT, INSERT ON booking_event TO supervision_app;
        GRANT USAGE, SELECT ON SEQUENCE prison_id_seq, visit_room_id_seq, prisoner_id_seq, prisoner_status_id_seq,
            family_member_id_seq, family_check_id_seq, booking_id_seq, booking_visitor_id_seq, booking_month_id_seq,
            booking_slot_id_seq, booking_event_id_seq, booking_arrival_id_seq, visit_suspension_id_seq TO supervision_app;
        REVOKE UPDATE, DELETE, TRUNCATE ON booking_event FROM supervision_app;
    END IF;
END $$;
