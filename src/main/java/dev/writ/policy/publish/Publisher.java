package dev.writ.policy.publish;

import dev.writ.base.Json;
import dev.writ.base.Nearest;
import dev.writ.base.Visible;
import dev.writ.policy.Facts;
import dev.writ.policy.Inspection;
import dev.writ.policy.PolicyException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Turns policy texts into a bundle, or says why not. What passes here was parsed and strictly validated by Cedar's own
 * code, keeps Writ's rules (unique ids, known groups, approvals only where they can only help), and is known to
 * compile. Nothing is stored or put in force; {@link LivePolicies} does that.
 */
public final class Publisher {
    private static final int ID_CHARS_MAX = 100;

    private final FrontEnd frontEnd;

    public Publisher(FrontEnd frontEnd) {
        this.frontEnd = frontEnd;
    }

    public sealed interface Outcome {}

    /** @param warnings what Cedar finds odd about policies that are valid */
    public record Published(Bundle bundle, List<Finding> warnings) implements Outcome {
        public Published {
            warnings = List.copyOf(warnings);
        }
    }

    /** @param findings at least one of them an error */
    public record Rejected(List<Finding> findings) implements Outcome {
        public Rejected {
            findings = List.copyOf(findings);
        }
    }

    /** @param groups the ids of all groups that exist */
    public Outcome publish(PolicyFolder.Sources sources, String schema, Set<String> groups) {
        return publish(sources, schema, Optional.of(groups));
    }

    /** @param groups empty when they are not known here, as in an offline check */
    Outcome publish(PolicyFolder.Sources sources, String schema, Optional<Set<String>> groups) {
        var findings = new ArrayList<>(sources.findings());
        if (!findings.isEmpty()) return rejected(findings);
        var checked = frontEnd.check(sources.files(), schema);
        findings.addAll(checked.findings());
        var policies = new TreeMap<String, Json>();
        var places = new HashMap<String, PolicyText.Piece>();
        for (var policy : checked.policies()) {
            // With this many errors it is rejected whatever the rest says.
            if (errors(findings) >= Limits.FINDINGS_MAX) break;
            var id = id(policy, places, findings);
            id.ifPresent(known -> policies.put(known, policy.est()));
            inspect(id.orElse("?"), policy, groups, findings);
        }
        if (errors(findings) > 0) return rejected(findings);
        var bundle = new Bundle(Bundle.LANGUAGE, schema, policySet(policies), sources.files());
        return new Published(bundle, findings);
    }

    private static long errors(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.severity() == Finding.Severity.ERROR)
                .count();
    }

    private static Outcome rejected(List<Finding> findings) {
        return new Rejected(findings.stream().limit(Limits.FINDINGS_MAX).toList());
    }

    private static Optional<String> id(
            FrontEnd.Converted policy, Map<String, PolicyText.Piece> places, List<Finding> findings) {
        var id = policy.est().object("annotations").flatMap(all -> all.string("id"));
        if (id.isEmpty()) {
            findings.add(policy.piece()
                    .error("the policy has no id", Optional.of("put @id(\"a-name-of-its-own\") before it")));
            return Optional.empty();
        }
        if (id.get().isBlank()
                || id.get().length() > ID_CHARS_MAX
                || id.get().codePoints().anyMatch(Visible::hidden)) {
            findings.add(policy.piece()
                    .error("an id has 1 to " + ID_CHARS_MAX + " visible characters", Optional.of("shorten the @id")));
            return Optional.empty();
        }
        var other = places.putIfAbsent(id.get(), policy.piece());
        if (other == null) return id;
        var first = other.error("", Optional.empty());
        findings.add(policy.piece()
                .error(
                        "the id " + id.get() + " is taken by the policy at " + first.file() + ":" + first.line(),
                        Optional.of("give it an @id of its own")));
        return Optional.empty();
    }

    private static void inspect(
            String id, FrontEnd.Converted policy, Optional<Set<String>> groups, List<Finding> findings) {
        try {
            var inspection = Inspection.of(id, policy.est());
            for (var misuse : inspection.misuses()) findings.add(misused(policy.piece(), misuse));
            groups.ifPresent(known -> unknownGroups(inspection, known, policy.piece(), findings));
        } catch (PolicyException e) {
            findings.add(policy.piece().error("this version cannot evaluate it: " + e.getMessage(), Optional.empty()));
        }
    }

    private static Finding misused(PolicyText.Piece piece, Inspection.Misuse misuse) {
        var what = misuse.fact().equals("context") ? "context" : "context." + misuse.fact();
        return piece.finding(
                Finding.Severity.ERROR,
                piece.find(misuse.fact()),
                what + " is used where an approval could turn an allow into a deny: " + misuse.reason(),
                Optional.of("use context.approvals.contains(Writ::Group::\"…\") or context.consented, not negated, in a"
                        + " permit's when or a forbid's unless"));
    }

    private static void unknownGroups(
            Inspection inspection, Set<String> groups, PolicyText.Piece piece, List<Finding> findings) {
        for (var uid : inspection.entities()) {
            if (!uid.type().equals(Facts.GROUP) || groups.contains(uid.id())) continue;
            findings.add(piece.finding(
                    Finding.Severity.ERROR,
                    piece.find(uid.toString()),
                    "there is no group " + Visible.text(uid.id(), 80),
                    Nearest.to(uid.id(), groups)
                            .map(near -> "did you mean " + near + "?")
                            .or(() -> Optional.of("create the group first"))));
        }
    }

    private static Json.Obj policySet(SortedMap<String, Json> policies) {
        return Json.object()
                .put("staticPolicies", new Json.Obj(policies))
                .put("templates", Json.Obj.EMPTY)
                .put("templateLinks", new Json.Arr(List.of()))
                .build();
    }
}
