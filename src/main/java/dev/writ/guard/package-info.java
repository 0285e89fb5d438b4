/**
 * The one door: every action of an agent, and every change that a person makes, is an {@link dev.writ.guard.Attempt}
 * that {@link dev.writ.guard.Guard#admit} answers with a permit, a refusal or a hold, after the answer is on disk.
 * Start with {@link dev.writ.guard.Guard}; {@link dev.writ.guard.Evidence} is what the records say.
 * Nothing here opens a connection or parses a protocol, and nobody outside can make a {@link dev.writ.guard.Permit}.
 */
@NullMarked
package dev.writ.guard;

import org.jspecify.annotations.NullMarked;
