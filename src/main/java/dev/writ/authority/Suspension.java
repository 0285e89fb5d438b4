package dev.writ.authority;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Visible;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Since when, and why, no agent of a tenant may act; nothing ends by it. */
public record Suspension(Id by, Instant at, String why) {
    public Suspension {
        by.require("per");
        at = at.truncatedTo(ChronoUnit.MILLIS);
        Visible.line("a reason", why, 500);
    }

    Json.Obj json() {
        return Json.object()
                .put("by", by.text())
                .put("at", at.toEpochMilli())
                .put("why", why)
                .build();
    }

    static Suspension of(Json.Obj json) {
        return new Suspension(
                new Id(json.string("by").orElse("")),
                Instant.ofEpochMilli(json.integer("at").orElse(0L)),
                json.string("why").orElse(""));
    }
}
