package dev.writ.admin;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.guard.Caller;
import dev.writ.guard.control.Form;
import dev.writ.guard.control.Resource;
import dev.writ.guard.control.Resources;
import dev.writ.http.server.Request;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** A request of a known person, read strictly: whatever cannot be read ends it. */
record Asked(Request request, Caller.OfPerson caller) {

    String path(String parameter) {
        return request.parameter(parameter);
    }

    Optional<String> query(String name) {
        return request.query(name);
    }

    boolean flag(String name) {
        return switch (query(name).orElse("false")) {
            case "true" -> true;
            case "false" -> false;
            default -> throw Problem.invalid(name + " is true or false");
        };
    }

    Optional<Long> number(String name) {
        return query(name).map(text -> {
            if (!text.matches("-?[0-9]{1,18}")) throw Problem.invalid(name + " is a whole number");
            return Long.parseLong(text);
        });
    }

    <R extends Resource> R resource(Class<R> kind) {
        var body = body(request);
        return read(() -> Resources.read(body, kind));
    }

    /** The body's members, each a known one. */
    <T> T form(Set<String> known, Function<Form, T> reading) {
        return form(request, known, reading);
    }

    /** The same of a request whoever sent it. */
    static <T> T form(Request request, Set<String> known, Function<Form, T> reading) {
        var body = body(request);
        return read(() -> reading.apply(Form.of(body, known)));
    }

    /** For orders that say everything in their path: no body, or an empty object. */
    void nothing() {
        if (request.body().length > 0) form(Set.of(), form -> form);
    }

    /** A reason for people. */
    String reason() {
        return form(Set.of("reason"), form -> form.text("reason"));
    }

    private static Json.Obj body(Request request) {
        var type = request.headers().first("content-type").orElse("application/json");
        if (!type.toLowerCase(Locale.ROOT).startsWith("application/json"))
            throw Problem.malformed("The body must be application/json.");
        try {
            return JsonReader.readObject(request.body());
        } catch (JsonError e) {
            throw Problem.malformed("The body is not acceptable JSON: " + e.reason() + " at byte " + e.offset() + ".");
        }
    }

    /** What a document's reader objects to breaks a rule; nothing but reading happens in here. */
    private static <T> T read(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException e) {
            throw Problem.invalid(String.valueOf(e.getMessage()));
        }
    }
}
