package dev.writ.authority;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Proof;
import java.util.Locale;

/**
 * What counts as an approval by a group, as it stood when the approval was asked for.
 *
 * @param quorum how many distinct persons
 * @param proof the weakest proof that counts
 * @param separation whether votes of the parties to the action do not count
 */
public record GroupRule(Name name, int quorum, Proof proof, boolean separation) {
    public GroupRule {
        if (quorum < 1) throw new IllegalArgumentException("a quorum is at least 1, not " + quorum);
    }

    Json.Obj json() {
        return Json.object()
                .put("name", name.text())
                .put("quorum", quorum)
                .put("proof", proof.name().toLowerCase(Locale.ROOT))
                .put("separation", separation)
                .build();
    }

    static GroupRule of(Json.Obj json) {
        return new GroupRule(
                new Name(json.string("name").orElse("")),
                Math.toIntExact(json.integer("quorum").orElse(0L)),
                Proof.valueOf(json.string("proof").orElse("").toUpperCase(Locale.ROOT)),
                json.bool("separation").orElse(true));
    }
}
