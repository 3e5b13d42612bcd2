/** Fields of `cdc:kafka.existing.sasl` that a mechanism has: each has either of the two lists. */

/** Of PLAIN and SCRAM. */
export const accountFields = ["user", "password"] as const;

/** Of OAUTHBEARER; the last one may be left out. */
export const tokenFields = ["tokenEndpoint", "clientId", "clientSecret", "scope"] as const;
