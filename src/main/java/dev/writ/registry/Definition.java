package dev.writ.registry;

import dev.writ.base.Canonical;
import dev.writ.base.Digest;
import dev.writ.base.Json;

/**
 * A tool's whole definition as its server listed it: name, title, description, schemas, annotations and members we do
 * not know. Two definitions are the same when their canonical forms are.
 */
public final class Definition {
    public static final int BYTES_MAX = 64 * 1024;

    private final Json.Obj json;
    private final Digest digest;

    private Definition(Json.Obj json) {
        this.json = json;
        this.digest = Canonical.digest(json);
    }

    public static Definition of(Json.Obj json) {
        return new Definition(json);
    }

    public Json.Obj json() {
        return json;
    }

    /** SHA-256 of the canonical form. */
    public Digest digest() {
        return digest;
    }

    public String description() {
        return json.string("description").orElse("");
    }

    public Json.Obj inputSchema() {
        return json.object("inputSchema").orElse(Json.Obj.EMPTY);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Definition definition && digest.equals(definition.digest);
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    @Override
    public String toString() {
        return "definition " + digest;
    }
}
