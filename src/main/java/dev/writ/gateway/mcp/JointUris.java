package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import java.util.function.UnaryOperator;

/** What servers say, with their names and URIs as they are where several servers meet. */
final class JointUris {
    private JointUris() {}

    static Json.Obj item(Name server, Action.Listing listing, Json.Obj item) {
        return switch (listing) {
            case TOOLS, PROMPTS -> text(item, "name", name -> JointNames.of(server, name));
            case RESOURCES -> text(item, "uri", uri -> JointNames.uri(server, uri));
            case RESOURCE_TEMPLATES -> text(item, "uriTemplate", uri -> JointNames.uri(server, uri));
        };
    }

    /** A notification's parameters. */
    static Json.Obj spoken(Name server, Json.Obj params) {
        return text(params, "uri", uri -> JointNames.uri(server, uri));
    }

    /** Links to resources, and resources themselves, in results of tools, prompts and reads. */
    static Json.Obj result(Name server, Json.Obj result) {
        var bound = each(result, "contents", one -> text(one, "uri", uri -> JointNames.uri(server, uri)));
        bound = each(bound, "content", block -> block(server, block));
        return each(bound, "messages", message -> message.object("content")
                .map(content -> message.with("content", block(server, content)))
                .orElse(message));
    }

    private static Json.Obj block(Name server, Json.Obj block) {
        return switch (block.string("type").orElse("")) {
            case "resource_link" -> text(block, "uri", uri -> JointNames.uri(server, uri));
            case "resource" ->
                block.object("resource")
                        .map(inner -> block.with("resource", text(inner, "uri", uri -> JointNames.uri(server, uri))))
                        .orElse(block);
            default -> block;
        };
    }

    private static Json.Obj each(Json.Obj in, String member, UnaryOperator<Json.Obj> change) {
        var array = in.array(member);
        if (array.isEmpty()) return in;
        var items = array.get().items().stream()
                .map(item -> item instanceof Json.Obj object ? change.apply(object) : item)
                .toList();
        return in.with(member, new Json.Arr(items));
    }

    private static Json.Obj text(Json.Obj in, String member, UnaryOperator<String> change) {
        return in.string(member)
                .map(text -> in.with(member, Json.of(change.apply(text))))
                .orElse(in);
    }
}
