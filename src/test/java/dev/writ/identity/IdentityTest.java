package dev.writ.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Name;
import dev.writ.base.Proof;
import dev.writ.store.Databases;
import dev.writ.store.Disk;
import dev.writ.store.HandClock;
import dev.writ.store.Store;
import dev.writ.store.StoreError;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@MethodSource("dev.writ.store.Databases#ofThisRun")
class IdentityTest {
    private static final Name ACME = new Name("acme");
    private static final Name OTHER = new Name("other");
    private static final Name BOT = new Name("bot");

    private final HandClock clock = new HandClock();
    private final Ids ids = new Ids(clock, new Random(3));
    private final Id task = ids.next("tsk");
    private final Id person = ids.pseudonym("per");

    @Parameter
    Databases database;

    @TempDir
    Path folder;

    private Store store;
    private Identity identity;

    @BeforeEach
    void open() {
        store = database.open(folder, List.of(Identity.schema()));
        identity = identity();
    }

    @AfterEach
    void close() {
        assertThat(identity().keys(ACME)).isEqualTo(identity.keys(ACME));
        store.close();
    }

    @Test
    void aKeyIsItsAgentInItsTaskAlsoAfterARestart() {
        var id = ids.next("key");
        var text = agentKey(id, BOT, task);
        assertThat(text).matches("writ_agent_[A-Za-z0-9_-]{43}");
        var caller = new Caller.AgentCaller(ACME, BOT, task, id, Binding.NONE, false);
        assertThat(callerOf(text)).isEqualTo(caller);
        identity = identity();
        assertThat(callerOf(text)).isEqualTo(caller);
    }

    @Test
    void aCommandLineCredentialIsItsPersonWithTheWeakestProof() {
        var id = ids.next("key");
        var issued = (Issue.Issued) identity.issueForPerson(ACME, id, person);
        assertThat(callerOf(issued.text().reveal())).isEqualTo(new Caller.PersonCaller(ACME, person, id, Proof.CLI));
        identity.revokePerson(OTHER, person);
        assertThat(callerOf(issued.text().reveal())).isInstanceOf(Caller.PersonCaller.class);
        identity.revokePerson(ACME, person);
        assertThat(callerOf(issued.text().reveal())).isEqualTo(unknown(Caller.Reason.REVOKED));
    }

    @Test
    void theKeyItselfIsKeptNowhere() throws Exception {
        var id = ids.next("key");
        var issued = (Issue.Issued) identity.issueForAgent(ACME, id, BOT, task);
        var text = issued.text().reveal();
        assertThat(issued.toString()).doesNotContain(text);
        assertThat(identity.issueForAgent(ACME, id, BOT, task)).isInstanceOf(Issue.AlreadyExists.class);
        identity.saveLastUsed();
        assertThat(database.content(folder))
                .contains(id.text())
                .doesNotContain(text)
                .doesNotContain(text.substring("writ_agent_".length()));
    }

    @Test
    void noCredentialIsNobody() {
        assertThat(identity.callerOf(Optional.empty())).isEqualTo(unknown(Caller.Reason.NO_CREDENTIAL));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "Bearer x",
                "writ_agent_",
                "writ_admin_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "writ_agent_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "writ_agent_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "writ_agent_' OR '1'='1' --AAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "writ_agent_\u0000",
                "\ud83d\ude00",
                "writ_agent_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
            })
    void whatIsNoKeyIsMalformed(String text) {
        assertThat(callerOf(text)).isEqualTo(unknown(Caller.Reason.MALFORMED));
    }

    @Test
    void aVeryLongCredentialIsMalformedWithoutMuchWork() {
        assertThat(callerOf("writ_agent_" + "A".repeat(10_000_000))).isEqualTo(unknown(Caller.Reason.MALFORMED));
    }

    @Test
    void aKeyWithOneCharacterChangedIsNobodys() {
        var text = agentKey(ids.next("key"), BOT, task);
        for (int i = "writ_agent_".length(); i < text.length(); i++) {
            char other = text.charAt(i) == 'A' ? 'B' : 'A';
            var forged = text.substring(0, i) + other + text.substring(i + 1);
            assertThat(callerOf(forged)).isEqualTo(unknown(Caller.Reason.NO_SUCH_KEY));
        }
        assertThat(callerOf(text.replace("agent", "person"))).isEqualTo(unknown(Caller.Reason.NO_SUCH_KEY));
    }

    @Test
    void theKeyOfAnEndedTaskIsGoodToBeToldSoForADay() {
        var text = agentKey(ids.next("key"), BOT, task);
        var other = agentKey(ids.next("key"), BOT, ids.next("tsk"));
        assertThat(identity.endTask(ACME, task).keys()).hasSize(1);
        assertThat(identity.endTask(ACME, task).keys()).isEmpty();
        assertThat(callerOf(text)).isInstanceOfSatisfying(Caller.AgentCaller.class, caller -> assertThat(caller.ended())
                .isTrue());
        assertThat(callerOf(other))
                .isInstanceOfSatisfying(Caller.AgentCaller.class, caller -> assertThat(caller.ended())
                        .isFalse());
        clock.advance(Duration.ofHours(24).minusMillis(1));
        assertThat(callerOf(text)).isInstanceOf(Caller.AgentCaller.class);
        clock.advance(Duration.ofMillis(1));
        assertThat(callerOf(text)).isEqualTo(unknown(Caller.Reason.EXPIRED));
    }

    @Test
    void keysThatAreOverForLongAreForgottenInMemoryAndStayUseless() {
        var ended = agentKey(ids.next("key"), BOT, task);
        identity.endTask(ACME, task);
        clock.advance(Duration.ofDays(8));
        var fresh = agentKey(ids.next("key"), BOT, ids.next("tsk"));
        assertThat(identity.keys(ACME)).hasSize(1);
        assertThat(callerOf(ended)).isEqualTo(unknown(Caller.Reason.NO_SUCH_KEY));
        assertThat(callerOf(fresh)).isInstanceOf(Caller.AgentCaller.class);
    }

    @Test
    void aKilledAgentIsNobodyAtOnceAlsoWhenTheDiskFails() {
        var text = agentKey(ids.next("key"), BOT, task);
        var spared = agentKey(ids.next("key"), new Name("bot-2"), task);
        Disk.refuseWrites(store);
        var revoking = identity.revokeAgent(ACME, BOT);
        assertThat(revoking.keys()).hasSize(1);
        assertThat(revoking.unsaved()).isPresent();
        assertThat(callerOf(text)).isEqualTo(unknown(Caller.Reason.REVOKED));
        assertThatThrownBy(() -> agentKey(ids.next("key"), BOT, task)).isInstanceOf(StoreError.class);
        Disk.acceptWrites(store);
        agentKey(ids.next("key"), new Name("bot-3"), task);
        identity = identity();
        assertThat(callerOf(text)).isEqualTo(unknown(Caller.Reason.REVOKED));
        assertThat(callerOf(spared)).isInstanceOf(Caller.AgentCaller.class);
    }

    @Test
    void oneTenantCannotSeeOrRevokeTheKeysOfAnother() {
        var id = ids.next("key");
        var text = agentKey(id, BOT, task);
        assertThat(identity.key(OTHER, id)).isEmpty();
        assertThat(identity.keys(OTHER)).isEmpty();
        assertThat(identity.lastUsed(OTHER, id)).isEmpty();
        assertThat(identity.revoke(OTHER, id).keys()).isEmpty();
        assertThat(identity.revokeAgent(OTHER, BOT).keys()).isEmpty();
        assertThat(identity.endTask(OTHER, task).keys()).isEmpty();
        assertThat(callerOf(text)).isInstanceOf(Caller.AgentCaller.class);
        assertThat(identity.revoke(ACME, id).keys()).hasSize(1);
        assertThat(callerOf(text)).isEqualTo(unknown(Caller.Reason.REVOKED));
    }

    @Test
    void keysPerHolderAreBoundedAndAllDifferent() {
        var texts = new HashSet<String>();
        for (int i = 0; i < Identity.KEYS_MAX; i++) texts.add(agentKey(ids.next("key"), BOT, task));
        assertThat(texts).hasSize(Identity.KEYS_MAX);
        assertThat(identity.issueForAgent(ACME, ids.next("key"), BOT, task)).isEqualTo(new Issue.TooMany());
        agentKey(ids.next("key"), BOT, ids.next("tsk"));
    }

    @Test
    void whenAKeyWasLastUsedIsKnownAtOnceAndKeptWhenSaved() {
        var id = ids.next("key");
        var text = agentKey(id, BOT, task);
        assertThat(identity.lastUsed(ACME, id)).isEmpty();
        clock.advance(Duration.ofMinutes(5));
        callerOf(text);
        assertThat(identity.lastUsed(ACME, id)).contains(clock.instant());
        identity.close();
        identity = identity();
        assertThat(identity.lastUsed(ACME, id)).contains(clock.instant());
    }

    private Identity identity() {
        return new Identity(store, clock, new SecureRandom());
    }

    private String agentKey(Id id, Name agent, Id of) {
        return ((Issue.Issued) identity.issueForAgent(ACME, id, agent, of))
                .text()
                .reveal();
    }

    private Caller callerOf(String text) {
        return identity.callerOf(Optional.of(text));
    }

    private static Caller unknown(Caller.Reason reason) {
        return new Caller.Unknown(reason);
    }
}
