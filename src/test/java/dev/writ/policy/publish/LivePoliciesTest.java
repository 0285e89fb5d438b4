package dev.writ.policy.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LivePoliciesTest {
    private static final String ONE =
            "@id(\"one\") permit (principal, action == Writ::Action::\"administer\", resource);";
    private static final String TWO = ONE.replace("one", "two");

    private static final Bundle FIRST = bundle(ONE);
    private static final Bundle SECOND = bundle(TWO);

    @TempDir
    Path folder;

    @Test
    void aFreshTenantDeniesEverything() {
        assertThat(open().current().bundle()).isEmpty();
        assertThat(open().current().policies().size()).isZero();
    }

    @Test
    void whatWasPublishedIsInForceAfterAStartThatHasNoFrontEnd() {
        var live = open();
        var published = publish(live, ONE);
        assertThat(live.current().policies().ids()).containsExactly("one");
        var again = LivePolicies.open(new BundleStore(folder), new Publisher(noFrontEnd()));
        assertThat(again.current().policies().ids()).containsExactly("one");
        assertThat(again.current().bundle()).contains(published.digest());
    }

    @Test
    void aBadEditIsRefusedAndTheLastGoodSetStays() {
        var live = inForce(FIRST);
        var before = live.current();
        assertThat(live.publish(Texts.sources("permit (principal"), Texts.SCHEMA, Texts.GROUPS))
                .isInstanceOf(Publisher.Rejected.class);
        assertThat(live.current()).isSameAs(before);
        assertThat(open().current().policies().ids()).containsExactly("one");
    }

    @Test
    void anEarlierBundleCanBePutInForceAgain() {
        inForce(FIRST);
        var live = inForce(SECOND);
        assertThat(live.current().policies().ids()).containsExactly("two");
        live.rollBack(FIRST.digest());
        assertThat(live.current().policies().ids()).containsExactly("one");
        assertThat(open().current().bundle()).contains(FIRST.digest());
        assertThatThrownBy(() -> live.rollBack(Digest.of(new byte[] {1}))).isInstanceOf(PublishException.class);
        assertThat(live.current().policies().ids()).containsExactly("one");
    }

    @Test
    void anAlteredBundleStopsTheStart() throws IOException {
        inForce(FIRST);
        var file = folder.resolve(FIRST.digest() + ".json");
        Files.writeString(file, Files.readString(file).replace("\"effect\":\"permit\"", "\"effect\":\"forbid\""));
        assertThatThrownBy(this::open).isInstanceOfSatisfying(PublishException.class, e -> assertThat(e.code())
                .isEqualTo(PublishException.Code.BUNDLE));
        Files.delete(file);
        assertThatThrownBy(this::open).isInstanceOf(PublishException.class);
    }

    @Test
    void aPointerThatNamesNothingStopsTheStart() throws IOException {
        inForce(FIRST);
        for (var pointer : List.of("", "0".repeat(64), "../../etc/passwd", "zz")) {
            Files.writeString(folder.resolve("current"), pointer);
            assertThatThrownBy(this::open).as(pointer).isInstanceOf(PublishException.class);
        }
    }

    @Test
    void aHalfWrittenBundleFromACrashDoesNotHinderThePublish() throws IOException {
        inForce(FIRST);
        var digest = FIRST.digest();
        Files.writeString(folder.resolve(digest + ".json.new"), "{\"half");
        Files.writeString(folder.resolve("current.new"), "0");
        assertThat(open().current().bundle()).contains(digest);
        inForce(FIRST);
        assertThat(open().current().bundle()).contains(digest);
    }

    @Test
    void aFolderThatCannotBeWrittenLeavesTheOldSetInForce() throws IOException {
        var live = inForce(FIRST);
        // A folder where the pointer is written aside: the rename's source cannot be opened.
        Files.createDirectory(folder.resolve("current.new"));
        assertThatThrownBy(() -> publish(live, TWO))
                .isInstanceOfSatisfying(
                        PublishException.class, e -> assertThat(e.code()).isEqualTo(PublishException.Code.STORE));
        assertThat(live.current().policies().ids()).containsExactly("one");
        assertThat(open().current().policies().ids()).containsExactly("one");
    }

    @Test
    void aBundleIsCanonicalAndItsDigestNamesEveryByte() {
        var bundle = FIRST;
        var again = Bundle.read(bundle.bytes(), bundle.digest());
        assertThat(again).isEqualTo(bundle);
        assertThat(((Json.Obj) JsonReader.read(bundle.bytes())).members())
                .containsOnlyKeys("version", "language", "schema", "policies", "sources");
        assertThat(new Bundle(bundle.language(), bundle.schema() + " ", bundle.policies(), bundle.sources()).digest())
                .isNotEqualTo(bundle.digest());
    }

    @Test
    void aBundleOfAnotherVersionOrWithUnknownNodesIsNotLoaded() {
        var bundle = FIRST;
        var json = (Json.Obj) JsonReader.read(bundle.bytes());
        var newer = dev.writ.base.Canonical.bytes(json.with("version", Json.of(2)));
        assertThatThrownBy(() -> Bundle.read(newer, Digest.of(newer))).isInstanceOf(PublishException.class);
        var odd = new Bundle(
                bundle.language(),
                bundle.schema(),
                (Json.Obj) JsonReader.read(bundle.policies().text().replace("\"op\":\"All\"", "\"op\":\"Most\"")),
                bundle.sources());
        assertThatThrownBy(odd::compile).isInstanceOf(PublishException.class);
    }

    @Test
    void readersSeeOneSetOrTheOtherWhileItIsSwapped() throws Exception {
        inForce(FIRST);
        var live = inForce(SECOND);
        try (var threads = Executors.newFixedThreadPool(2)) {
            Callable<Boolean> reader = () -> {
                boolean whole = true;
                for (int i = 0; i < 50_000; i++) {
                    var now = live.current();
                    var id = now.policies().ids();
                    whole &= now.bundle().orElseThrow().equals(FIRST.digest())
                            ? id.equals(List.of("one"))
                            : id.equals(List.of("two"));
                }
                return whole;
            };
            var readers = List.of(threads.submit(reader), threads.submit(reader));
            for (int i = 0; i < 10; i++) live.rollBack(i % 2 == 0 ? FIRST.digest() : SECOND.digest());
            for (var each : readers) assertThat(each.get()).isTrue();
        }
    }

    @Test
    void anOfflineCheckUsesTheExportedSchemaAndKnowsNoGroups() throws IOException {
        Files.writeString(folder.resolve("support.cedar"), Texts.SUPPORT.replace("finance-leads", "who-knows"));
        var check = new PolicyCheck(new FrontEnd(Duration.ofSeconds(60)));
        assertThat(check.check(folder)).anyMatch(f -> f.message().contains("unrecognized action"));
        Files.writeString(folder.resolve("schema.cedarschema"), Texts.SCHEMA);
        assertThat(check.check(folder)).isEmpty();
    }

    private LivePolicies open() {
        return LivePolicies.open(new BundleStore(folder), Texts.publisher());
    }

    private static Bundle publish(LivePolicies live, String text) {
        var outcome = live.publish(Texts.sources(text), Texts.SCHEMA, Texts.GROUPS);
        assertThat(outcome).isInstanceOf(Publisher.Published.class);
        return ((Publisher.Published) outcome).bundle();
    }

    private LivePolicies inForce(Bundle bundle) {
        new BundleStore(folder).publish(bundle);
        return open();
    }

    private static Bundle bundle(String text) {
        return ((Publisher.Published) Texts.publish(text)).bundle();
    }

    private static FrontEnd noFrontEnd() {
        return new FrontEnd(new FrontEndProcess(List.of("no.such.Main"), Duration.ofSeconds(1)));
    }
}
