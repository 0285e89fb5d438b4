/**
 * Vouching for logs and being vouched for: the witness, which cosigns other installations' checkpoints (C2SP
 * tlog-witness), and the cosigner, which has ours cosigned. Start reading at {@link dev.writ.witness.Witness} and {@link
 * dev.writ.witness.Cosigner}. A witness never signs two histories of one log, whatever crashes in between; nothing here
 * reads a record.
 */
@NullMarked
package dev.writ.witness;

import org.jspecify.annotations.NullMarked;
