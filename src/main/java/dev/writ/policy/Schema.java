package dev.writ.policy;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;

/** The Cedar schema of a tenant: the one that all share, and an action for each of its tools. */
public final class Schema {
    private static final String ACTION = "Writ::Action";
    private static final Entity ANY = Entity.of(new Uid(ACTION, "any"));

    private Schema() {}

    /**
     * @param base the text of {@code schema.cedarschema}: one namespace that ends with the text's last brace
     * @throws PolicyException when two tools have the same action
     */
    public static String text(String base, Collection<ToolAction> tools) {
        int end = base.lastIndexOf('}');
        if (end < 0) throw new IllegalArgumentException("the base schema is not a namespace");
        var text = new StringBuilder(base.substring(0, end)).append('\n');
        var seen = new HashSet<Uid>();
        // In order of their names, so that the same tools make the same text and the same digest.
        for (var tool : tools.stream()
                .sorted(java.util.Comparator.comparing(ToolAction::uid))
                .toList()) {
            if (!seen.add(tool.uid()))
                throw new PolicyException(PolicyException.Code.DUPLICATE_ACTION, "two tools are " + tool.uid());
            text.append(tool.schemaText());
        }
        return text.append(base.substring(end)).toString();
    }

    /** The actions of the shared schema as entities; every question needs its action and that action's parents. */
    public static List<Entity> actions() {
        return List.of(
                ANY,
                Entity.of(ToolAction.TOOL_CALL, ANY.uid()),
                inAny("server:discover"),
                inAny("resource:read"),
                inAny("prompt:get"),
                inAny("server:request"),
                inAny("model:invoke"),
                inAny("task:delegate"),
                inAny("run:start"),
                inAny("egress:request"),
                Entity.of(new Uid(ACTION, "administer")));
    }

    private static Entity inAny(String id) {
        return Entity.of(new Uid(ACTION, id), ANY.uid());
    }
}
