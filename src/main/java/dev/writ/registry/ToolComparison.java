package dev.writ.registry;

import dev.writ.registry.Tools.Episode.Kind;
import java.util.Optional;

/** What happened to a known tool between two lists. */
final class ToolComparison {
    private ToolComparison() {}

    /** The change from a tool to its newest form, or nothing. */
    static Optional<ToolChange> change(Tool tool, Tool newest) {
        if (newest.ambiguous())
            return tool.ambiguous()
                    ? Optional.empty()
                    : Optional.of(
                            new ToolChange.Unclear(tool.name(), tool.listed().map(Definition::digest)));
        if (newest.listed().isEmpty())
            return tool.listed().isEmpty() ? Optional.empty() : Optional.of(new ToolChange.Removed(tool.name()));
        var to = newest.listed().get().digest();
        if (newest.equals(tool)) return Optional.empty();
        if (newest.state() == Tool.State.APPROVED) return Optional.of(new ToolChange.Restored(tool.name(), to));
        if (tool.listed().isEmpty() || tool.ambiguous()) return Optional.of(new ToolChange.Returned(tool.name(), to));
        return Optional.of(
                new ToolChange.Changed(tool.name(), tool.listed().get().digest(), to));
    }

    static Kind kind(ToolChange change) {
        return switch (change) {
            case ToolChange.Added _ -> Kind.ADDED;
            case ToolChange.Changed _ -> Kind.CHANGED;
            case ToolChange.Restored _ -> Kind.RESTORED;
            case ToolChange.Returned _ -> Kind.RETURNED;
            case ToolChange.Removed _ -> Kind.REMOVED;
            case ToolChange.Unclear _ -> Kind.UNCLEAR;
        };
    }
}
