package dev.writ.admin;

import static dev.writ.admin.Endpoint.get;
import static dev.writ.admin.Endpoint.order;
import static dev.writ.admin.Endpoint.post;

import dev.writ.base.Json;
import dev.writ.guard.control.Form;
import dev.writ.guard.control.Trusts;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whose signed word is taken for which agent. */
final class TrustEndpoints {
    private final Trusts trusts;

    TrustEndpoints(Trusts trusts) {
        this.trusts = trusts;
    }

    List<Endpoint> all() {
        return List.of(
                get(
                        "/trusts",
                        "Whose signed word is taken for which agent",
                        a -> Answers.items(trusts.all(a.caller()))),
                post(
                        "/trusts",
                        "Take somebody's signed word for an agent",
                        "type, agent, issuer, audience, claims, jwks",
                        a -> Answers.created(trusts.add(a.caller(), a.form(MEMBERS, TrustEndpoints::wanted)))),
                order(
                        "DELETE",
                        "/trusts/{id}",
                        "Take it no longer",
                        a -> Answers.document(trusts.revoke(a.caller(), a.path("id")))));
    }

    private static final Set<String> MEMBERS = Set.of("type", "agent", "issuer", "audience", "claims", "jwks");

    private static Trusts.Wanted wanted(Form form) {
        return new Trusts.Wanted(
                form.text("type"),
                form.name("agent"),
                form.textIf("issuer"),
                form.textIf("audience"),
                form.has("claims") ? texts(form.object("claims")) : Map.of(),
                form.object("jwks"));
    }

    private static Map<String, String> texts(Json.Obj object) {
        var texts = new HashMap<String, String>();
        object.members().forEach((name, value) -> {
            if (!(value instanceof Json.Str(var text))) throw new IllegalArgumentException("claims are texts");
            texts.put(name, text);
        });
        return texts;
    }
}
