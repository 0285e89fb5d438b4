/**
 * What a company's identity provider tells of its people: SCIM 2.0 and security events (SSF, CAEP, RISC).
 * Start with {@link dev.writ.admin.provisioning.ScimEndpoint} and {@link dev.writ.admin.provisioning.EventsEndpoint}.
 * Both read strictly and ask {@code guard.control.Provisioning}, which does and records what is to be done.
 * Nothing here gives anybody a role, and a provider sees nobody whom it does not know.
 */
@NullMarked
package dev.writ.admin.provisioning;

import org.jspecify.annotations.NullMarked;
