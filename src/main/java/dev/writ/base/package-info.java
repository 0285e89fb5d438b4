/**
 * What every part may use: strict JSON that keeps number lexemes, its canonical form, digests, names and ids.
 * Start with {@link dev.writ.base.Json} and {@link dev.writ.base.Canonical}.
 * Nothing here knows any other part, reads a clock, a file or the network, or depends on a library.
 */
@NullMarked
package dev.writ.base;

import org.jspecify.annotations.NullMarked;
