/**
 * Child processes: started from a list of words, spoken to line by line, ended with everything they have started.
 * Start with {@link dev.writ.process.Command} and {@link dev.writ.process.Child}.
 * Every buffer is bounded; a child that does not read or that writes without end harms only itself.
 * Never here: a shell, an inherited environment, a process that outlives its close or this JVM's orderly exit.
 */
@NullMarked
package dev.writ.process;

import org.jspecify.annotations.NullMarked;
