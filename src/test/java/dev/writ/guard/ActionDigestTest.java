package dev.writ.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Holds the digest against vectors that {@code src/test/node/action-digest.mjs} made without our code. */
class ActionDigestTest {

    @Test
    void everyVectorHasTheDigestThatNodeComputed() throws IOException {
        var kinds = new TreeSet<String>();
        for (var item : vectors()) {
            var members = item.object("members").orElseThrow();
            kinds.add(members.string("kind").orElseThrow());
            assertThat(digest(members).digest().toString())
                    .as(item.string("name").orElseThrow())
                    .isEqualTo(item.string("digest").orElseThrow());
            assertThat(digest(members).json()).isEqualTo(members);
        }
        assertThat(kinds).isEqualTo(kindsOfActions());
    }

    @Test
    void changingAnyOneMemberChangesTheDigest() throws IOException {
        var members = vectors().getFirst().object("members").orElseThrow();
        var seen = new TreeSet<String>();
        seen.add(digest(members).digest().toString());
        for (var name : members.members().keySet()) {
            Json changed = name.equals("chain")
                    ? Json.Arr.ofStrings(List.of("someone else"))
                    : Json.of(members.string(name).orElseThrow() + "x");
            assertThat(seen.add(digest(members.with(name, changed)).digest().toString()))
                    .as(name)
                    .isTrue();
        }
        assertThat(seen).hasSize(15);
    }

    private static Set<String> kindsOfActions() {
        var empty = Json.Obj.EMPTY;
        var server = new dev.writ.base.Name("shop");
        var kinds = new TreeSet<String>();
        for (Action action : List.of(
                new Action.DiscoverServer(server, empty),
                new Action.ListItems(server, Action.Listing.TOOLS, empty),
                new Action.Complete(server, true, "p", empty),
                new Action.CallTool(server, "t", empty, empty),
                new Action.ReadResource(server, "u", empty),
                new Action.GetPrompt(server, "p", empty),
                new Action.SetLogLevel(server, empty),
                new Action.Listen(server, empty),
                new Action.AnswerServer(server, "roots/list", empty),
                new Action.Unmapped(server, "message", empty),
                new Action.Approve("a", empty),
                new Action.ReadEvidence("l", empty),
                new Action.Administer("agent:create", "a", empty))) kinds.add(action.kind());
        return kinds;
    }

    private static List<Json.Obj> vectors() throws IOException {
        try (var file = ActionDigestTest.class.getResourceAsStream("/vectors/action-digest.json")) {
            var all = (Json.Arr) JsonReader.read(Objects.requireNonNull(file).readAllBytes());
            return all.items().stream().map(Json.Obj.class::cast).toList();
        }
    }

    private static ActionDigest digest(Json.Obj m) {
        return new ActionDigest(
                m.string("kind").orElseThrow(),
                m.string("tenant").orElseThrow(),
                m.string("task").orElseThrow(),
                m.string("person").orElseThrow(),
                m.strings("chain"),
                m.string("agent").orElseThrow(),
                m.string("run").orElseThrow(),
                m.string("caller").orElseThrow(),
                m.string("code").orElseThrow(),
                m.string("target").orElseThrow(),
                m.string("endpoint").orElseThrow(),
                m.string("definition").orElseThrow(),
                m.string("credential").orElseThrow(),
                m.string("payload").orElseThrow());
    }
}
