CREATE TABLE runtime.clock (
  "only" boolean NOT NULL DEFAULT true,
  now timestamp with time zone NOT NULL,
  CONSTRAINT clock_pk PRIMARY KEY ("only"),
  CONSTRAINT clock_one_row CHECK ("only")
);
