package dev.writ.registry;

import dev.writ.base.Digest;
import java.util.Optional;

/** What a newer list of tools changed. */
public sealed interface ToolChange {
    ToolName name();

    /** A tool that was not known. */
    record Added(ToolName name, Digest digest) implements ToolChange {}

    /** Another definition than last time; an approved tool is quarantined by it. */
    record Changed(ToolName name, Digest from, Digest to) implements ToolChange {}

    /** The approved definition is back: callable again. */
    record Restored(ToolName name, Digest digest) implements ToolChange {}

    /** Listed again after an absence or an unclear list, not as approved. */
    record Returned(ToolName name, Digest digest) implements ToolChange {}

    record Removed(ToolName name) implements ToolChange {}

    /** A known tool that can no longer be compared. */
    record Unclear(ToolName name, Optional<Digest> last) implements ToolChange {}
}
