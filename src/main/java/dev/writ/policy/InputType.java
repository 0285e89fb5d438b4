package dev.writ.policy;

import dev.writ.base.Json;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The Cedar type of an argument, and how a JSON value becomes a value of it. {@link InputTypes} derives it from a
 * tool's JSON Schema.
 */
sealed interface InputType {
    /** As it stands in a Cedar schema. */
    String text();

    /** The value, or a broken one when it lies outside the type. */
    Value value(Json json);

    enum Scalar implements InputType {
        STRING("String"),
        LONG("Long"),
        BOOL("Bool"),
        DECIMAL("decimal"),
        DATETIME("datetime"),
        DURATION("duration"),
        IPV4("ipaddr"),
        IPV6("ipaddr");

        private final String text;

        Scalar(String text) {
            this.text = text;
        }

        @Override
        public String text() {
            return text;
        }

        @Override
        public Value value(Json json) {
            return switch (this) {
                case STRING -> json instanceof Json.Str(var string) ? new Value.Str(string) : MISFIT;
                case LONG -> json instanceof Json.Num number ? InputValues.integer(number) : MISFIT;
                case BOOL -> json instanceof Json.Bool(var truth) ? Value.Bool.of(truth) : MISFIT;
                case DECIMAL -> json instanceof Json.Num(var lexeme) ? InputValues.decimal(lexeme) : MISFIT;
                case DATETIME -> json instanceof Json.Str(var string) ? InputValues.datetime(string) : MISFIT;
                case DURATION -> json instanceof Json.Str(var string) ? InputValues.duration(string) : MISFIT;
                case IPV4 -> json instanceof Json.Str(var string) ? InputValues.address(string, false) : MISFIT;
                case IPV6 -> json instanceof Json.Str(var string) ? InputValues.address(string, true) : MISFIT;
            };
        }
    }

    record SetOf(InputType item) implements InputType {
        @Override
        public String text() {
            return "Set<" + item.text() + ">";
        }

        @Override
        public Value value(Json json) {
            if (!(json instanceof Json.Arr(var items))) return MISFIT;
            var values = new HashSet<Value>();
            for (var one : items) {
                var value = item.value(one);
                if (value.unusable()) return new Value.Broken("an item cannot be expressed");
                values.add(value);
            }
            return Value.Set.of(values);
        }
    }

    /** Members that the schema does not describe have no attribute; a policy cannot name them. */
    record RecordOf(Map<String, Member> members) implements InputType {
        public RecordOf {
            members = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        @Override
        public String text() {
            var fields = members.entrySet().stream()
                    .map(m -> CedarText.member(m.getKey())
                            + (m.getValue().required() ? ": " : "?: ")
                            + m.getValue().type().text())
                    .toList();
            return fields.isEmpty() ? "{}" : "{ " + String.join(", ", fields) + " }";
        }

        @Override
        public Value value(Json json) {
            return json instanceof Json.Obj(var given) ? record(given) : MISFIT;
        }

        Value.Record record(Map<String, Json> given) {
            var fields = HashMap.<String, Value>newHashMap(members.size());
            for (var member : members.entrySet()) {
                var json = given.get(member.getKey());
                if (json != null)
                    fields.put(member.getKey(), member.getValue().type().value(json));
                // Strict validation relies on required members; without it, reading must fail, not look absent.
                else if (member.getValue().required()) fields.put(member.getKey(), ABSENT);
            }
            return Value.Record.owning(fields);
        }
    }

    record Member(InputType type, boolean required) {}

    Value.Broken MISFIT = new Value.Broken("the argument does not have the type of the tool's schema");
    Value.Broken ABSENT = new Value.Broken("a required argument is absent");

    /** The type of a tool's arguments: always a record, an empty one when the schema tells nothing. */
    static RecordOf ofInputSchema(Json.Obj schema) {
        Optional<InputType> type = new InputTypes(schema).type(schema, 0);
        return type.isPresent() && type.get() instanceof RecordOf record ? record : new RecordOf(Map.of());
    }
}
