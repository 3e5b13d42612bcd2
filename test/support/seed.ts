/** Properties are tried with the same values in every run, so that a change alone decides; once a week with others (`CDC_SEED`). */
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env["CDC_SEED"] ?? 20_261_127) });
