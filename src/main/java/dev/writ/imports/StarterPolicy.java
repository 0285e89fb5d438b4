package dev.writ.imports;

import dev.writ.base.Name;
import dev.writ.base.Visible;

/**
 * The text that a new server's policy file begins with: what one usually permits, all of it as comments, because
 * nothing is allowed before a person says so.
 */
public final class StarterPolicy {
    private StarterPolicy() {}

    /** The name of the file in the tenant's policy folder. */
    public static String fileName(Name server) {
        return server + ".cedar";
    }

    /** @param from where the server was found, for the reader */
    public static String text(Name server, String from) {
        return """
                // What agents may do with "%1$s" (from %2$s). Nothing in this file permits anything yet.
                // 1. Look at its tools and approve them: writ server inspect %1$s, then writ server approve %1$s
                // 2. Remove the "// " before the rules that you want, and put your group of agents for GROUP.
                // 3. Publish: writ policy check, then writ policy publish

                // Agents of the group see the server and call what you approved with the category read.
                // @id("%1$s-read")
                // permit (
                //   principal in Writ::Group::"GROUP",
                //   action in [Writ::Action::"server:discover", Writ::Action::"tool:call"],
                //   resource in Writ::McpServer::"%1$s"
                // )
                // when { resource is Writ::McpServer || resource in Writ::ToolCategory::"read" };

                // Everything with the category write waits for a person of the group APPROVERS.
                // @id("%1$s-write")
                // permit (
                //   principal in Writ::Group::"GROUP",
                //   action in Writ::Action::"tool:call",
                //   resource in Writ::McpServer::"%1$s"
                // )
                // when {
                //   resource in Writ::ToolCategory::"write" &&
                //   context.approvals.contains(Writ::Group::"APPROVERS")
                // };
                """.formatted(server, Visible.text(from, 100));
    }
}
