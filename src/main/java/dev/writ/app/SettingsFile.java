package dev.writ.app;

import dev.writ.base.Name;
import dev.writ.base.Nearest;
import dev.writ.base.Visible;
import dev.writ.http.server.TlsFiles;
import dev.writ.ledger.token.TokenSettings;
import dev.writ.ledger.verify.VerifierKey;
import dev.writ.witness.Peer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads {@code writ.yaml}: nested maps whose paths are the keys of {@link #KEYS} ({@code db} may be its url alone). A key that is not among them stops the
 * start and is told with the nearest known one, for a setting that is silently passed over protects nobody.
 */
final class SettingsFile {
    private static final int BYTES_MAX = 256 * 1024;

    /** Every setting: its key, and how its value changes the settings. */
    static final Map<String, BiFunction<Settings, Object, Settings>> KEYS = keys();

    private SettingsFile() {}

    private static Map<String, BiFunction<Settings, Object, Settings>> keys() {
        var keys = new LinkedHashMap<String, BiFunction<Settings, Object, Settings>>();
        keys.put("data", (s, v) -> s.toBuilder().data(Path.of(text("data", v))).build());
        keys.put(
                "listen.address",
                (s, v) -> s.toBuilder().address(text("listen.address", v)).build());
        keys.put(
                "listen.port",
                (s, v) -> s.toBuilder().port(number("listen.port", v)).build());
        keys.put("listen.tls", (s, v) -> s.toBuilder().tls(tls(v)).build());
        keys.put(
                "listen.hosts",
                (s, v) -> s.toBuilder().hosts(texts("listen.hosts", v)).build());
        keys.put("public_url", (s, v) -> s.toBuilder()
                .publicUrl(URI.create(text("public_url", v)))
                .build());
        keys.put(
                "listen.origins",
                (s, v) -> s.toBuilder().origins(texts("listen.origins", v)).build());
        keys.put(
                "installation",
                (s, v) -> s.toBuilder().installation(text("installation", v)).build());
        keys.put("node", (s, v) -> s.toBuilder().node(new Name(text("node", v))).build());
        keys.put("custody", (s, v) -> s.toBuilder().custody(text("custody", v)).build());
        keys.put("servers.network", (s, v) -> s.toBuilder()
                .network(network(text("servers.network", v)))
                .build());
        keys.put("oauth.metadataNetwork", (s, v) -> s.toBuilder()
                .metadataNetwork(network(text("oauth.metadataNetwork", v)))
                .build());
        keys.put("servers.patienceSeconds", (s, v) -> s.toBuilder()
                .patience(Duration.ofSeconds(number("servers.patienceSeconds", v)))
                .build());
        keys.put(
                "servers.path",
                (s, v) -> s.toBuilder().path(text("servers.path", v)).build());
        keys.put("approvals.holdSeconds", (s, v) -> s.toBuilder()
                .hold(Duration.ofSeconds(number("approvals.holdSeconds", v)))
                .build());
        keys.put("db.url", (s, v) -> s.toBuilder().db(text("db.url", v)).build());
        keys.put("db.passwordFile", (s, v) -> s.toBuilder()
                .dbPasswordFile(Path.of(text("db.passwordFile", v)))
                .build());
        keys.put("witnesses", (s, v) -> s.toBuilder().witnesses(witnesses(v)).build());
        keys.put("witness.quorum", (s, v) -> s.toBuilder()
                .witnessQuorum(number("witness.quorum", v))
                .build());
        keys.put("witness.lagSeconds", (s, v) -> s.toBuilder()
                .witnessLag(Duration.ofSeconds(number("witness.lagSeconds", v)))
                .build());
        keys.put("witness.lagRecords", (s, v) -> s.toBuilder()
                .witnessLagRecords(number("witness.lagRecords", v))
                .build());
        keys.put("keys.pkcs11", (s, v) -> s.toBuilder().keys(pkcs11(v)).build());
        keys.put("evidence.refusalsPerSecond", (s, v) -> s.toBuilder()
                .refusalsPerSecond(number("evidence.refusalsPerSecond", v))
                .build());
        keys.put("evidence.refusalMegabytesPerDay", (s, v) -> s.toBuilder()
                .refusalMegabytesPerDay(number("evidence.refusalMegabytesPerDay", v))
                .build());
        keys.put("evidence.refusalWindowSeconds", (s, v) -> s.toBuilder()
                .refusalWindow(Duration.ofSeconds(number("evidence.refusalWindowSeconds", v)))
                .build());
        keys.put(
                "limits.calls",
                (s, v) -> s.toBuilder().callsMax(number("limits.calls", v)).build());
        keys.put("limits.bodyMegabytes", (s, v) -> s.toBuilder()
                .bodyMegabytesMax(number("limits.bodyMegabytes", v))
                .build());
        keys.put("limits.tenantPercent", (s, v) -> s.toBuilder()
                .tenantPercent(number("limits.tenantPercent", v))
                .build());
        return java.util.Collections.unmodifiableMap(keys);
    }

    /** The settings of a file over the given ones. */
    static Settings read(Path file, Settings over) {
        var flat = new LinkedHashMap<String, Object>();
        flatten(file, "", parsed(file), flat);
        var settings = over;
        for (var entry : flat.entrySet()) {
            try {
                settings = java.util.Objects.requireNonNull(KEYS.get(entry.getKey()))
                        .apply(settings, entry.getValue());
            } catch (IllegalArgumentException e) {
                throw new StartFailure(
                        file + ": " + entry.getKey() + ": " + e.getMessage(), "correct it and start again", e);
            }
        }
        return settings;
    }

    private static Map<?, ?> parsed(Path file) {
        try {
            if (Files.size(file) > BYTES_MAX)
                throw new StartFailure(file + " is longer than " + BYTES_MAX + " bytes", "shorten it", null);
            var loaded = new Load(LoadSettings.builder()
                            .setLabel(String.valueOf(file.getFileName()))
                            .setAllowDuplicateKeys(false)
                            .setMaxAliasesForCollections(0)
                            .build())
                    .loadFromString(Files.readString(file));
            if (loaded == null) return Map.of();
            if (loaded instanceof Map<?, ?> map) return map;
            throw new StartFailure(file + " is not a map of settings", "write key: value lines", null);
        } catch (IOException e) {
            throw new StartFailure(file + " cannot be read", "check the path and its permissions", e);
        } catch (YamlEngineException | IllegalArgumentException e) {
            throw new StartFailure(
                    file + " is not YAML: "
                            + Visible.text(String.valueOf(e.getMessage()), 300).replace("\\u{a}", " "),
                    "correct it and start again",
                    e);
        }
    }

    private static void flatten(Path file, String before, Map<?, ?> map, Map<String, Object> into) {
        for (var entry : map.entrySet()) {
            var key = before + entry.getKey();
            boolean inner = KEYS.keySet().stream().anyMatch(known -> known.startsWith(key + "."));
            if (inner && entry.getValue() instanceof Map<?, ?> nested) flatten(file, key + ".", nested, into);
            else if (key.equals("db") && entry.getValue() instanceof String url) into.put("db.url", url);
            else if (KEYS.containsKey(key)) into.put(key, entry.getValue() == null ? "" : entry.getValue());
            else throw unknown(file, key);
        }
    }

    private static StartFailure unknown(Path file, String key) {
        var known = new LinkedHashSet<>(KEYS.keySet());
        for (var name : KEYS.keySet()) if (name.contains(".")) known.add(name.substring(0, name.indexOf('.')));
        return new StartFailure(
                file + ": unknown setting " + Visible.text(key, 80),
                Nearest.to(key, known)
                        .map(near -> "did you mean " + near + "?")
                        .orElse("known are " + String.join(", ", KEYS.keySet())),
                null);
    }

    /** Each with its url and its vkey, or several of them when it signs with several keys. */
    private static List<Peer> witnesses(Object value) {
        if (!(value instanceof List<?> list)) throw new IllegalArgumentException("witnesses is a list");
        var peers = new ArrayList<Peer>();
        for (var item : list) {
            if (!(item instanceof Map<?, ?> witness) || !witness.keySet().equals(Set.of("url", "vkey")))
                throw new IllegalArgumentException("a witness has url and vkey");
            var vkey = Objects.requireNonNull(witness.get("vkey"));
            var vkeys = vkey instanceof List<?> ? texts("vkey", vkey) : Set.of(text("vkey", vkey));
            peers.add(new Peer(
                    text("url", Objects.requireNonNull(witness.get("url"))),
                    vkeys.stream().map(VerifierKey::parse).toList()));
        }
        return peers;
    }

    private static TlsFiles tls(Object value) {
        if (!(value instanceof Map<?, ?> files)
                || !files.keySet().containsAll(Set.of("certificate", "key"))
                || !Set.of("certificate", "key", "clientAuthorities").containsAll(files.keySet()))
            throw new IllegalArgumentException("it has certificate and key, and may have clientAuthorities");
        var authorities = files.get("clientAuthorities");
        return new TlsFiles(
                Path.of(text("certificate", Objects.requireNonNullElse(files.get("certificate"), ""))),
                Path.of(text("key", Objects.requireNonNullElse(files.get("key"), ""))),
                files.containsKey("clientAuthorities")
                        ? Optional.of(Path.of(text("clientAuthorities", Objects.requireNonNullElse(authorities, ""))))
                        : Optional.empty());
    }

    private static Pkcs11 pkcs11(Object value) {
        if (!(value instanceof Map<?, ?> token)
                || !token.keySet().containsAll(Set.of("library", "token"))
                || !Set.of("library", "token", "pinFile", "patienceSeconds").containsAll(token.keySet()))
            throw new IllegalArgumentException(
                    "a token has library and token, and may have pinFile and patienceSeconds");
        var pinFile = token.get("pinFile");
        var patience = token.get("patienceSeconds");
        return new Pkcs11(
                Path.of(text("library", Objects.requireNonNullElse(token.get("library"), ""))),
                text("token", Objects.requireNonNullElse(token.get("token"), "")),
                pinFile == null ? Optional.empty() : Optional.of(Path.of(text("pinFile", pinFile))),
                patience == null ? TokenSettings.PATIENCE : Duration.ofSeconds(number("patienceSeconds", patience)));
    }

    private static Settings.Network network(String text) {
        for (var network : Settings.Network.values())
            if (network.name().toLowerCase(Locale.ROOT).equals(text)) return network;
        throw new IllegalArgumentException("it is any, public or loopback");
    }

    private static String text(String key, Object value) {
        if (value instanceof String text && !text.isBlank()) return text;
        throw new IllegalArgumentException(key + " is text");
    }

    private static int number(String key, Object value) {
        if (value instanceof Integer number) return number;
        throw new IllegalArgumentException(key + " is a whole number");
    }

    private static Set<String> texts(String key, Object value) {
        if (!(value instanceof List<?> list)) throw new IllegalArgumentException(key + " is a list of texts");
        var texts = new LinkedHashSet<String>();
        for (var item : list) texts.add(text(key, item == null ? "" : item));
        return texts;
    }
}
