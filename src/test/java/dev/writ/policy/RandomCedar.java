package dev.writ.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Random policies, nearly all of them valid under {@link #SCHEMA}, and random questions to ask them. */
final class RandomCedar {
    static final String SCHEMA = """
            namespace Writ {
              entity Group in [Group];
              entity Folder in [Folder];
              entity User in [Group] { age: Long, name: String, active: Bool, boss: User, joined: datetime,
                home: ipaddr, limit: decimal, quota: duration, nick?: String, groups: Set<Group>, marks: Set<Long>,
                address: { city: String, zip?: Long } } tags String;
              entity Doc in [Folder] { owner: User, size: Long, open: Bool, labels: Set<String> } tags Long;
              action "any";
              action "read", "write" in ["any"] appliesTo { principal: User, resource: Doc, context: {
                n: Long, s: String, b: Bool, t: datetime, d: duration, ip: ipaddr, dec: decimal, who: User, o?: Long,
                set: Set<Long>, names: Set<String>, rec: { x: Long, y?: String }, approvals: Set<Group>,
                consented: Bool, input: { n: Long, s: String, dec: decimal, o?: String, set: Set<Long> } } };
            }
            """;
    static final Uid ANY = new Uid("Writ::Action", "any");

    private static final String[] LONGS = {
        "0", "1", "2", "3", "-1", "7", "1000", "9223372036854775807", "-9223372036854775808", "4611686018427387904"
    };
    private static final String[] STRINGS = {"", "a", "b", "ab", "abc", "*", "ünï", "k", "😀x", "a*b"};
    private static final String[] PATTERNS = {"*", "a*", "*b", "a*b", "\\*", "*ï", "a*b*", "", "😀*", "*a*a*"};
    private static final String[] DECIMALS = {"0.0", "1.5", "-1.5", "100.0001", "922337203685477.5807", "0.1"};
    private static final String[] TIMES = {
        "1970-01-01", "2026-11-20T09:00:00Z", "1969-12-31T23:59:59.999Z", "2026-11-20T09:00:00.001+0130", "0000-01-01"
    };
    private static final String[] DURATIONS = {"0ms", "1d", "-1d", "1h30m", "9223372036854775807ms", "-1ms"};
    private static final String[] ADDRESSES = {
        "127.0.0.1", "10.0.0.0/8", "10.1.2.3", "::1", "ff00::2", "224.0.0.1", "2001:db8::/32", "0.0.0.0/0", "::/0"
    };

    private final Random random;
    private final boolean asks;

    /** @param asks whether conditions may speak of input, approvals and consent */
    RandomCedar(Random random, boolean asks) {
        this.random = random;
        this.asks = asks;
    }

    Map<String, String> policies(int count) {
        var policies = new LinkedHashMap<String, String>();
        for (int i = 0; i < count; i++) policies.put("p" + i, policy());
        return policies;
    }

    String policy() {
        var text = new StringBuilder(random.nextInt(3) > 0 ? "permit" : "forbid").append(" (");
        text.append(pick("principal", "principal", "principal == " + user(), "principal in " + group()))
                .append(pick("", "", " "))
                .append(", ")
                .append(action())
                .append(", ")
                .append(pick(
                        "resource",
                        "resource",
                        "resource == " + doc(),
                        "resource in " + folder(),
                        "resource is Writ::Doc",
                        "resource is Writ::Doc in " + folder()))
                .append(")");
        for (int i = random.nextInt(3); i > 0; i--)
            text.append(pick(" when", " when", " unless"))
                    .append(" { ")
                    .append(bool(1 + random.nextInt(4)))
                    .append(" }");
        return text.append(";").toString();
    }

    private String action() {
        return pick(
                "action",
                "action == Writ::Action::\"read\"",
                "action in Writ::Action::\"any\"",
                "action in [Writ::Action::\"read\", Writ::Action::\"write\"]",
                "action in [Writ::Action::\"any\", Writ::Action::\"write\"]");
    }

    /**
     * A clause in which approvals stand positively.
     *
     * @param risky whether it may also hold parts that can fail
     */
    String askingClause(int depth, boolean risky) {
        if (depth == 0)
            return pick(
                    approval(),
                    approval(),
                    "context.consented",
                    "context.b",
                    risky ? "(9223372036854775807 + context.n > 5)" : "context.n < principal.age");
        return switch (random.nextInt(4)) {
            case 0 -> "(" + askingClause(depth - 1, risky) + " && " + askingClause(depth - 1, risky) + ")";
            case 1, 2 -> "(" + askingClause(depth - 1, risky) + " || " + askingClause(depth - 1, risky) + ")";
            default ->
                "(if " + pick("context.b", "principal.active", "context.n < 2") + " then "
                        + askingClause(depth - 1, risky) + " else " + askingClause(depth - 1, risky) + ")";
        };
    }

    String askingPolicy(boolean risky) {
        boolean permits = random.nextInt(3) > 0;
        var text = new StringBuilder(permits ? "permit" : "forbid").append(" (principal, action, resource)");
        for (int i = risky ? 1 + random.nextInt(2) : 1; i > 0; i--)
            text.append(permits ? " when { " : " unless { ")
                    .append(askingClause(1 + random.nextInt(risky ? 3 : 2), risky))
                    .append(" }");
        return text.append(";").toString();
    }

    private String approval() {
        return "context.approvals.contains(" + group() + ")";
    }

    String bool(int depth) {
        if (depth <= 0)
            return pick(
                    "true",
                    "false",
                    "context.b",
                    "principal.active",
                    "resource.open",
                    "principal.boss.active",
                    "context has o",
                    "principal has nick",
                    "principal.address has zip",
                    asks ? "context.consented" : "context.who.active",
                    asks ? approval() : "resource.owner.active",
                    asks ? "context.input has o" : "context.rec has y");
        int d = depth - 1;
        return switch (random.nextInt(22)) {
            case 0, 1 -> "(" + bool(d) + " && " + bool(d) + ")";
            case 2, 3 -> "(" + bool(d) + " || " + bool(d) + ")";
            case 4 -> "!" + bool(d);
            case 5 -> "(if " + bool(d) + " then " + bool(d) + " else " + bool(d) + ")";
            case 6 -> "(" + number(d) + pick(" == ", " != ", " < ", " <= ", " > ", " >= ") + number(d) + ")";
            case 7 -> "(" + string(d) + pick(" == ", " != ") + string(d) + ")";
            case 8 -> "(" + string(d) + " like \"" + pick(PATTERNS) + "\")";
            case 9 -> "(" + userTerm(d) + pick(" == ", " != ") + userTerm(d) + ")";
            case 10 ->
                "(" + userTerm(d) + " in " + pick(group(), "[" + group() + ", " + group() + "]", "principal.groups")
                        + ")";
            case 11 -> "(resource in " + folder() + ")";
            case 12 ->
                decimal() + pick(".lessThan(", ".greaterThanOrEqual(", ".lessThanOrEqual(", ".greaterThan(") + decimal()
                        + ")";
            case 13 -> "(" + time() + pick(" < ", " <= ", " == ", " > ") + time() + ")";
            case 14 -> "(" + duration() + pick(" < ", " >= ", " == ") + duration() + ")";
            case 15 ->
                ip() + pick(".isIpv4()", ".isIpv6()", ".isLoopback()", ".isMulticast()", ".isInRange(" + ip() + ")");
            case 16 -> numbers(d) + ".contains(" + number(d) + ")";
            case 17 -> numbers(d) + pick(".containsAll(", ".containsAny(") + numbers(d) + ")";
            case 18 -> pick(numbers(d), "resource.labels", "context.names") + ".isEmpty()";
            case 19 -> "(principal.hasTag(" + key(d) + ") && " + pick("true", bool(d)) + ")";
            case 20 -> "(context has o && context.o < " + number(d) + ")";
            default -> "({a: " + number(d) + ", \"b c\": " + string(d) + "} == {a: 1, \"b c\": \"a\"})";
        };
    }

    private String number(int depth) {
        if (depth <= 0)
            return pick(
                    pick(LONGS),
                    "context.n",
                    "principal.age",
                    "resource.size",
                    "context.rec.x",
                    asks ? "context.input.n" : "context.who.age",
                    "resource.owner.age");
        int d = depth - 1;
        return switch (random.nextInt(7)) {
            case 0 -> "(" + number(d) + " + " + number(d) + ")";
            case 1 -> "(" + number(d) + " - " + number(d) + ")";
            case 2 -> "(" + number(d) + " * " + number(d) + ")";
            case 3 -> "(-" + number(0) + ")";
            case 4 -> "(if " + bool(d) + " then " + number(d) + " else " + number(d) + ")";
            case 5 -> duration() + pick(".toMilliseconds()", ".toSeconds()", ".toMinutes()", ".toHours()", ".toDays()");
            default -> "(if resource.hasTag(\"k\") then resource.getTag(\"k\") else " + number(d) + ")";
        };
    }

    private String string(int depth) {
        if (depth <= 0)
            return pick(
                    quoted(pick(STRINGS)),
                    "context.s",
                    "principal.name",
                    "principal.address.city",
                    asks ? "context.input.s" : "context.who.name");
        return "(if " + bool(depth - 1) + " then " + string(0) + " else " + string(0) + ")";
    }

    private String key(int depth) {
        return depth > 1 ? string(0) : quoted(pick("k", "a", "b"));
    }

    private String userTerm(int depth) {
        return pick(
                "principal",
                "context.who",
                "principal.boss",
                "resource.owner",
                user(),
                depth > 1 ? "(if " + bool(depth - 2) + " then principal else context.who)" : "principal.boss.boss");
    }

    private String numbers(int depth) {
        return pick(
                "context.set",
                "principal.marks",
                "[1, 2, 3]",
                "[" + number(Math.min(1, depth)) + ", 2]",
                asks ? "context.input.set" : "[7]");
    }

    private String decimal() {
        return pick(
                "context.dec",
                "principal.limit",
                asks ? "context.input.dec" : "context.who.limit",
                "decimal(" + quoted(pick(DECIMALS)) + ")");
    }

    private String time() {
        return pick(
                "context.t",
                "principal.joined",
                "datetime(" + quoted(pick(TIMES)) + ")",
                "context.t.offset(" + duration() + ")",
                "principal.joined.toDate()",
                "datetime(\"2026-11-20\").offset(context.d)");
    }

    private String duration() {
        return pick(
                "context.d",
                "principal.quota",
                "duration(" + quoted(pick(DURATIONS)) + ")",
                "context.t.durationSince(principal.joined)",
                "context.t.toTime()");
    }

    private String ip() {
        return pick("context.ip", "principal.home", "ip(" + quoted(pick(ADDRESSES)) + ")");
    }

    private String user() {
        return "Writ::User::\"u" + random.nextInt(4) + "\"";
    }

    private String group() {
        return "Writ::Group::\"g" + random.nextInt(4) + "\"";
    }

    private String doc() {
        return "Writ::Doc::\"d" + random.nextInt(3) + "\"";
    }

    private String folder() {
        return "Writ::Folder::\"f" + random.nextInt(3) + "\"";
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }

    // ---- questions ----------------------------------------------------------------------------------------

    /** Random entities of every type with acyclic parents. @param missing how many of 100 are left out */
    List<Entity> entities(int missing) {
        var all = new ArrayList<Entity>();
        for (int i = 0; i < 4; i++) all.add(Entity.of(uid("Group", "g" + i), some("Group", "g", i)));
        for (int i = 0; i < 3; i++) all.add(Entity.of(uid("Folder", "f" + i), some("Folder", "f", i)));
        for (int i = 0; i < 4; i++)
            all.add(new Entity(uid("User", "u" + i), userAttributes(), stringTags(), Set.of(some("Group", "g", 4))));
        for (int i = 0; i < 3; i++)
            all.add(new Entity(uid("Doc", "d" + i), docAttributes(), longTags(), Set.of(some("Folder", "f", 3))));
        all.removeIf(_ -> random.nextInt(100) < missing);
        all.add(Entity.of(ANY));
        all.add(Entity.of(uid("Action", "read"), ANY));
        all.add(Entity.of(uid("Action", "write"), ANY));
        return List.copyOf(all);
    }

    Question question(Entities entities) {
        return new Question(
                uid("User", "u" + random.nextInt(4)),
                uid("Action", pick("read", "write")),
                uid("Doc", "d" + random.nextInt(3)),
                context(),
                entities);
    }

    Value.Record context() {
        var fields = new HashMap<String, Value>();
        fields.put("n", longValue());
        fields.put("s", new Value.Str(pick(STRINGS)));
        fields.put("b", Value.Bool.of(random.nextBoolean()));
        fields.put("t", timeValue());
        fields.put("d", durationValue());
        fields.put("ip", Value.IpAddr.parse(pick(ADDRESSES)));
        fields.put("dec", Literals.decimal(pick(DECIMALS)));
        fields.put("who", new Value.Entity(uid("User", "u" + random.nextInt(4))));
        if (random.nextBoolean()) fields.put("o", longValue());
        fields.put("set", longSet());
        fields.put("names", stringSet());
        fields.put(
                "rec",
                Value.Record.of(
                        random.nextBoolean()
                                ? Map.of("x", longValue(), "y", new Value.Str(pick(STRINGS)))
                                : Map.of("x", longValue())));
        fields.put("approvals", groupSet());
        fields.put("consented", Value.Bool.of(random.nextBoolean()));
        fields.put("input", input());
        return Value.Record.of(fields);
    }

    Value.Record input() {
        var fields = new HashMap<String, Value>();
        fields.put("n", longValue());
        fields.put("s", new Value.Str(pick(STRINGS)));
        fields.put("dec", Literals.decimal(pick(DECIMALS)));
        if (random.nextBoolean()) fields.put("o", new Value.Str(pick(STRINGS)));
        fields.put("set", longSet());
        return Value.Record.of(fields);
    }

    Value.Set groupSet() {
        var groups = new HashSet<Uid>();
        for (int i = 0; i < 4; i++) if (random.nextInt(3) == 0) groups.add(uid("Group", "g" + i));
        return Value.Set.ofEntities(groups);
    }

    private Value.Record userAttributes() {
        var fields = new HashMap<String, Value>();
        fields.put("age", longValue());
        fields.put("name", new Value.Str(pick(STRINGS)));
        fields.put("active", Value.Bool.of(random.nextBoolean()));
        fields.put("boss", new Value.Entity(uid("User", "u" + random.nextInt(4))));
        fields.put("joined", timeValue());
        fields.put("home", Value.IpAddr.parse(pick(ADDRESSES)));
        fields.put("limit", Literals.decimal(pick(DECIMALS)));
        fields.put("quota", durationValue());
        if (random.nextBoolean()) fields.put("nick", new Value.Str("n"));
        fields.put("groups", groupSet());
        fields.put("marks", longSet());
        fields.put("address", Value.Record.of(Map.of("city", new Value.Str(pick(STRINGS)))));
        return Value.Record.of(fields);
    }

    private Value.Record docAttributes() {
        return Value.Record.of(Map.of(
                "owner", new Value.Entity(uid("User", "u" + random.nextInt(4))),
                "size", longValue(),
                "open", Value.Bool.of(random.nextBoolean()),
                "labels", stringSet()));
    }

    private Map<String, Value> stringTags() {
        return random.nextBoolean() ? Map.of("k", new Value.Str(pick(STRINGS))) : Map.of();
    }

    private Map<String, Value> longTags() {
        return random.nextBoolean() ? Map.of("k", longValue()) : Map.of();
    }

    private Uid[] some(String type, String prefix, int below) {
        var uids = new HashSet<Uid>();
        for (int i = 0; i < below; i++) if (random.nextInt(3) == 0) uids.add(uid(type, prefix + i));
        return uids.toArray(Uid[]::new);
    }

    private Value longValue() {
        return new Value.Long(Long.parseLong(pick(LONGS)));
    }

    private Value timeValue() {
        return Literals.datetime(pick(TIMES));
    }

    private Value durationValue() {
        return Literals.duration(pick(DURATIONS));
    }

    private Value.Set longSet() {
        var items = new HashSet<Value>();
        for (int i = random.nextInt(4); i > 0; i--) items.add(longValue());
        return Value.Set.of(items);
    }

    private Value.Set stringSet() {
        var items = new HashSet<Value>();
        for (int i = random.nextInt(3); i > 0; i--) items.add(new Value.Str(pick(STRINGS)));
        return Value.Set.of(items);
    }

    private static Uid uid(String type, String id) {
        return new Uid("Writ::" + type, id);
    }

    private String pick(String... options) {
        return options[random.nextInt(options.length)];
    }
}
