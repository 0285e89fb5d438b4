/**
 * The command line: nouns and verbs over the control-plane API, and what works without a server.
 * Start with {@link dev.writ.cli.Cli}; {@link dev.writ.cli.Commands} is the list, {@link dev.writ.cli.Session} what a command works with.
 * Data goes to standard output, words to standard error; text from elsewhere is shown with nothing hidden in it.
 * Never here: a prompt without a terminal, a key in an argument or a message, a key sent to another server than its own.
 */
@NullMarked
package dev.writ.cli;

import org.jspecify.annotations.NullMarked;
