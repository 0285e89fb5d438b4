package dev.writ.guard.control;

import dev.writ.authority.Scope;
import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Nearest;
import dev.writ.base.Proof;
import dev.writ.base.Visible;
import dev.writ.registry.Access;
import dev.writ.registry.Classification;
import dev.writ.registry.Group.Kind;
import dev.writ.registry.Server.Credential;
import dev.writ.registry.ToolName;
import dev.writ.registry.Transport;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads resources from documents. Whatever is wrong is an {@link IllegalArgumentException} with a sentence for people. */
public final class Resources {
    static final String API_VERSION = "writ.dev/v1";
    static final String ROLE = "role-";
    private static final Set<String> KINDS =
            Set.of("Tenant", "Person", "Group", "Agent", "Provider", "Server", "Task", "Mandate");
    private static final Set<String> APPROVING =
            Set.of("digest", "categories", "data", "pathArguments", "resultLabels", "resultTrusted");
    private static final Pattern LASTING = Pattern.compile("([1-9][0-9]{0,6})([smhd])");

    private Resources() {}

    /** A document of a certain kind. */
    public static <R extends Resource> R read(Json.Obj document, Class<R> kind) {
        var found = read(document);
        if (kind.isInstance(found)) return kind.cast(found);
        throw new Form.Wrong("kind is " + found.kind() + " and must be " + kind.getSimpleName());
    }

    public static Resource read(Json.Obj document) {
        var form = Form.of(document, Set.of("apiVersion", "kind", "metadata", "spec", "status"));
        if (!form.text("apiVersion").equals(API_VERSION)) throw new Form.Wrong("apiVersion is " + API_VERSION);
        var name = form.formIf("metadata", Set.of("name")).flatMap(metadata -> metadata.textIf("name"));
        if (form.has("status")) form.object("status");
        return switch (form.text("kind")) {
            case "Tenant" -> {
                if (form.has("spec")) form.form("spec", Set.of());
                yield new Resource.Tenant(new Name(named(name)));
            }
            case "Person" -> person(named(name), form);
            case "Group" -> group(named(name), form);
            case "Agent" -> agent(named(name), form);
            case "Provider" -> provider(named(name), form);
            case "Server" -> server(named(name), form);
            case "Task" -> task(name, form);
            case "Mandate" -> mandate(named(name), form);
            default ->
                throw new Form.Wrong("unknown kind " + Visible.text(form.text("kind"), 40)
                        + Nearest.to(form.text("kind"), KINDS)
                                .map(near -> "; did you mean " + near + "?")
                                .orElse("; known are " + String.join(", ", new java.util.TreeSet<>(KINDS))));
        };
    }

    private static String named(Optional<String> name) {
        return name.orElseThrow(() -> new Form.Wrong("metadata.name is missing"));
    }

    private static Resource.Person person(String email, Form document) {
        var spec = document.form("spec", Set.of("displayName", "roles"));
        var roles = new LinkedHashSet<Name>();
        for (var role : spec.texts("roles")) roles.add(role(role));
        return new Resource.Person(
                email, spec.text("displayName"), spec.has("roles") ? Optional.of(roles) : Optional.empty());
    }

    static Name role(String role) {
        var known = Set.of("admin", "approver", "auditor", "break-glass", "viewer", "policy-author");
        if (known.contains(role)) return new Name(ROLE + role);
        throw new Form.Wrong("unknown role " + Visible.text(role, 40) + "; known are "
                + String.join(", ", new java.util.TreeSet<>(known)));
    }

    private static Resource.Group group(String name, Form document) {
        var spec = document.form("spec", Set.of("of", "quorum", "proof", "separation", "members"));
        return new Resource.Group(
                new Name(name),
                spec.choice("of", Kind.class, Optional.of(Kind.PEOPLE)),
                spec.smallNumber("quorum", 1),
                spec.choice("proof", Proof.class, Optional.of(Proof.CLI)),
                spec.flag("separation", true),
                spec.texts("members"));
    }

    private static Resource.Agent agent(String name, Form document) {
        var spec = document.form("spec", Set.of("owner", "purpose", "modelTier", "recertifyBy", "groups"));
        return new Resource.Agent(
                new Name(name),
                spec.text("owner"),
                spec.text("purpose"),
                spec.smallNumber("modelTier", 0),
                spec.time("recertifyBy"),
                spec.has("groups") ? Optional.of(spec.names("groups")) : Optional.empty());
    }

    private static Resource.Provider provider(String name, Form document) {
        var known = Set.of("issuer", "clientId", "secret", "domains", "claims", "groupsClaim", "groups", "enrols");
        return provider(new Name(name), document.form("spec", known));
    }

    /** A provider's specification, as documents and orders that wait have it. */
    static Resource.Provider provider(Name name, Form spec) {
        var groups = new LinkedHashMap<String, Name>();
        spec.textsByName("groups").forEach((theirs, ours) -> groups.put(theirs, new Name(ours)));
        return new Resource.Provider(
                name,
                spec.text("issuer"),
                spec.text("clientId"),
                spec.textIf("secret").map(Name::new),
                spec.texts("domains"),
                spec.textsByName("claims"),
                spec.textIf("groupsClaim").orElse("groups"),
                groups,
                spec.flag("enrols", false));
    }

    private static Resource.Server server(String name, Form document) {
        var spec = document.form("spec", Set.of("transport", "trust", "credentials", "auth", "tools"));
        var credentials = spec.forms("credentials", Set.of("secret", "header", "personal")).stream()
                .map(each -> new Credential(each.name("secret"), each.text("header"), each.flag("personal", false)))
                .toList();
        return new Resource.Server(
                new Name(name), transport(spec), spec.smallNumber("trust", 0), credentials, access(spec), tools(spec));
    }

    private static Access access(Form spec) {
        if (!spec.has("auth")) return Access.SECRETS;
        var known = Set.of("kind", "transaction", "client", "issuer", "scopes", "provider", "assertion");
        var auth = spec.form("auth", known);
        client(auth);
        auth.formIf("provider", Set.of("tokenEndpoint", "client")).ifPresent(Resources::client);
        auth.texts("scopes");
        auth.flag("transaction", false);
        return Access.of(spec.object("auth"));
    }

    private static void client(Form form) {
        form.formIf("client", Set.of("id", "secret", "method")).ifPresent(client -> {
            client.text("id");
            client.textIf("secret");
            client.textIf("method");
        });
    }

    private static Transport transport(Form spec) {
        var known = Set.of("kind", "url", "command", "arguments", "environment", "directory");
        var transport = spec.form("transport", known);
        return switch (transport.text("kind")) {
            case "http" -> {
                only(spec, "transport", Set.of("kind", "url"));
                yield new Transport.Http(url(transport.text("url")));
            }
            case "stdio" -> {
                only(spec, "transport", Set.of("kind", "command", "arguments", "environment", "directory"));
                yield new Transport.Stdio(
                        transport.text("command"),
                        transport.words("arguments"),
                        transport.texts("environment"),
                        transport.textIf("directory"));
            }
            default -> throw new Form.Wrong("spec.transport.kind is http or stdio");
        };
    }

    private static void only(Form spec, String member, Set<String> known) {
        var _ = spec.form(member, known);
    }

    private static URI url(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new Form.Wrong("spec.transport.url is not an address: " + Visible.text(text, 80));
        }
    }

    /** The tools to be approved, as the body of an approval has them. */
    public static Resource.Approvals approvals(Form form) {
        return new Resource.Approvals(tools(form));
    }

    private static Map<ToolName, Resource.Approving> tools(Form form) {
        var tools = new LinkedHashMap<ToolName, Resource.Approving>();
        form.byName("tools", APPROVING).forEach((name, tool) -> tools.put(new ToolName(name), approving(tool)));
        return tools;
    }

    private static Resource.Approving approving(Form tool) {
        var digest = tool.textIf("digest").map(text -> {
            if (!text.matches("[0-9a-f]{64}")) throw new Form.Wrong("a digest has 64 hexadecimal digits in lower case");
            return Digest.parse(text);
        });
        return new Resource.Approving(
                digest,
                new Classification(
                        tool.names("categories"),
                        tool.names("data"),
                        tool.texts("pathArguments"),
                        tool.names("resultLabels"),
                        tool.flag("resultTrusted", false)));
    }

    private static Resource.Mandate mandate(String name, Form document) {
        var spec = document.form(
                "spec", Set.of("agent", "source", "purpose", "scope", "calls", "for", "atOnce", "uses", "until"));
        return new Resource.Mandate(
                new Name(name),
                spec.name("agent"),
                spec.name("source"),
                spec.text("purpose"),
                scope(spec),
                spec.number("calls", 1_000),
                lasting(spec.text("for")),
                spec.number("atOnce", 1),
                spec.number("uses", 0),
                spec.time("until"));
    }

    /** The members of an emergency. */
    public static Resource.Emergency emergency(Form form) {
        return new Resource.Emergency(
                form.name("agent"),
                form.text("person"),
                form.text("reason"),
                scope(form),
                form.number("calls", 100),
                lasting(form.text("for")));
    }

    private static Scope scope(Form spec) {
        var scope = spec.form("scope", Set.of("servers", "tools", "categories", "data"));
        return new Scope(
                scope.names("servers"),
                scope.has("tools") ? Optional.of(scope.texts("tools")) : Optional.empty(),
                scope.names("categories"),
                scope.names("data"));
    }

    /** The members of a delegation. */
    public static Resource.Delegation delegation(Form form) {
        var scope = form.formIf("scope", Set.of("servers", "tools", "categories", "data"));
        return new Resource.Delegation(
                form.name("agent"),
                scope.filter(s -> s.has("servers")).map(s -> s.names("servers")),
                scope.filter(s -> s.has("tools")).map(s -> s.texts("tools")),
                scope.filter(s -> s.has("categories")).map(s -> s.names("categories")),
                scope.filter(s -> s.has("data")).map(s -> s.names("data")),
                calls(form),
                form.textIf("for").map(Resources::lasting),
                form.time("until"));
    }

    private static long calls(Form form) {
        if (!form.has("calls")) throw new Form.Wrong("calls is missing: how much of the task's budget is passed on");
        return form.number("calls", 0);
    }

    private static Resource.Task task(Optional<String> id, Form document) {
        var spec = document.form("spec", Set.of("agent", "person", "purpose", "scope", "calls", "for", "until"));
        return new Resource.Task(
                id,
                spec.name("agent"),
                spec.text("person"),
                spec.text("purpose"),
                scope(spec),
                spec.number("calls", 1_000),
                spec.textIf("for").map(Resources::lasting),
                spec.time("until"));
    }

    /** A time to last: a whole number and s, m, h or d. */
    static Duration lasting(String text) {
        var form = LASTING.matcher(text);
        if (!form.matches()) throw new Form.Wrong("a time to last is a number and s, m, h or d, like 8h");
        long number = Long.parseLong(form.group(1));
        return switch (form.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }
}
