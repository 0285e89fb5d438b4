package dev.writ.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Name;
import dev.writ.base.Proof;
import dev.writ.store.Disk;
import dev.writ.store.StoreError;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryTest extends RegistryFixture {
    @Test
    void aTenantBeginsWithTheBuiltInGroupsAllEmpty() {
        var groups = registry.snapshot(ACME).groups();
        assertThat(groups.keySet()).containsExactlyInAnyOrderElementsOf(Registry.BUILT_IN_GROUPS);
        assertThat(groups.values()).allMatch(group -> group.members().isEmpty());
        assertThat(registry.createTenant(ACME)).isInstanceOf(Outcome.AlreadyExists.class);
        assertThat(registry.tenants()).containsExactlyInAnyOrder(ACME, OTHER);
    }

    @Test
    void whatBelongsToATenantIsNotFoundInAnother() {
        done(registry.agents().register(ACME, agent("bot")));
        var other = registry.snapshot(OTHER);
        assertThat(other.person(owner)).isEmpty();
        assertThat(other.agent(new Name("bot"))).isEmpty();
        assertThat(other.server(SHOP)).isEmpty();
        assertThat(registry.people().deactivate(OTHER, owner)).isInstanceOf(Outcome.NotFound.class);
        assertThat(registry.people().join(OTHER, Group.ADMIN, owner.text())).isInstanceOf(Outcome.NotFound.class);
        assertThat(registry.agents().suspend(OTHER, new Name("bot"))).isInstanceOf(Outcome.NotFound.class);
        assertThat(registry.servers().disable(OTHER, SHOP)).isInstanceOf(Outcome.NotFound.class);
        assertThat(registry.tools().seen(OTHER, SHOP, List.of())).isInstanceOf(Outcome.NotFound.class);
        assertThat(registry.agents().register(OTHER, agent("bot"))).isInstanceOf(Outcome.Refused.class);
        assertThat(registry.people().activate(new Name("nobody"), owner)).isInstanceOf(Outcome.NotFound.class);
        assertThat(registry.snapshot(new Name("nobody"))).isEqualTo(RegistrySnapshot.EMPTY);
    }

    @Test
    void anEmailAddressBelongsToOnePersonWhateverItsCase() {
        var twin = new Person(ids.pseudonym("per"), "Olga Again", "OLGA@acme.example", true);
        assertThat(registry.people().add(ACME, twin)).isInstanceOf(Outcome.AlreadyExists.class);
        var again = new Person(owner, "Someone Else", "else@acme.example", true);
        assertThat(registry.people().add(ACME, again)).isInstanceOf(Outcome.AlreadyExists.class);
        assertThat(registry.snapshot(ACME).people()).hasSize(1);
    }

    @Test
    void theLastActiveAdministratorCanNeitherLeaveNorBeDeactivated() {
        done(registry.people().join(ACME, Group.ADMIN, owner.text()));
        refused(registry.people().leave(ACME, Group.ADMIN, owner.text()), "last active administrator");
        refused(registry.people().deactivate(ACME, owner), "last active administrator");
        var second = ids.pseudonym("per");
        done(registry.people().add(ACME, new Person(second, "Sam Second", "sam@acme.example", true)));
        done(registry.people().join(ACME, Group.ADMIN, second.text()));
        assertThat(done(registry.people().deactivate(ACME, owner)).active()).isFalse();
        assertThat(registry.snapshot(ACME).activeMember(Group.ADMIN, owner)).isFalse();
        refused(registry.people().leave(ACME, Group.ADMIN, second.text()), "last active administrator");
    }

    @Test
    void anAgentNamedLikeAPersonsIdIsNotInThatPersonsGroups() {
        done(registry.people().join(ACME, Group.ADMIN, owner.text()));
        var impostor = new Name(owner.text());
        done(registry.agents().register(ACME, agent(owner.text())));
        assertThat(registry.snapshot(ACME).groupsOf(impostor)).isEmpty();
        assertThat(registry.snapshot(ACME).groupsOf(owner)).containsExactly(Group.ADMIN);
        done(registry.people().addGroup(ACME, Group.ofAgents(new Name("bots"))));
        done(registry.people().join(ACME, new Name("bots"), impostor.text()));
        assertThat(registry.snapshot(ACME).groupsOf(owner)).containsExactly(Group.ADMIN);
        assertThat(registry.snapshot(ACME).groupsOf(impostor)).containsExactly(new Name("bots"));
    }

    @Test
    void aGroupTakesOnlyMembersOfItsKindThatExist() {
        done(registry.agents().register(ACME, agent("bot")));
        done(registry.people().addGroup(ACME, Group.ofAgents(new Name("bots"))));
        done(registry.people().join(ACME, new Name("bots"), "bot"));
        assertThat(registry.people().join(ACME, new Name("bots"), "bot")).isInstanceOf(Outcome.AlreadyExists.class);
        for (var nobody : List.of("bot2", "Bot", "bot\u200b", "", "' OR 1=1 --", stranger.text()))
            for (var group : List.of(new Name("bots"), Group.ADMIN))
                assertThat(registry.people().join(ACME, group, nobody)).isInstanceOf(Outcome.NotFound.class);
        assertThat(registry.people().join(ACME, Group.ADMIN, "bot")).isInstanceOf(Outcome.NotFound.class);
        assertThat(registry.people().join(ACME, new Name("bots"), owner.text())).isInstanceOf(Outcome.NotFound.class);
    }

    @Test
    void aGroupsRuleChangesAndItsMembersStay() {
        done(registry.people().join(ACME, Group.DATA_OWNERS, owner.text()));
        var changed = done(registry.people().changeRule(ACME, Group.DATA_OWNERS, 2, Proof.PASSKEY, false));
        assertThat(registry.snapshot(ACME).group(Group.DATA_OWNERS)).contains(changed);
        assertThat(changed)
                .isEqualTo(
                        new Group(Group.DATA_OWNERS, Group.Kind.PEOPLE, 2, Proof.PASSKEY, false, Set.of(owner.text())));
        assertThatThrownBy(() -> registry.people().changeRule(ACME, Group.DATA_OWNERS, 0, Proof.CLI, true))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRetiredAgentDoesNotComeBackAndItsNameIsNeverGivenAgain() {
        var bot = new Name("bot");
        done(registry.agents().register(ACME, agent("bot")));
        assertThat(done(registry.agents().suspend(ACME, bot)).mayAct(clock.instant()))
                .isFalse();
        assertThat(done(registry.agents().resume(ACME, bot)).mayAct(clock.instant()))
                .isTrue();
        done(registry.agents().retire(ACME, bot));
        refused(registry.agents().resume(ACME, bot), "does not come back");
        assertThat(done(registry.agents().suspend(ACME, bot)).status()).isEqualTo(Agent.Status.RETIRED);
        assertThat(registry.agents().register(ACME, agent("bot"))).isInstanceOf(Outcome.AlreadyExists.class);
    }

    @Test
    void anAgentHasOneLivingOwnerAndARecertificationDateWithinAYear() {
        done(registry.agents().register(ACME, agent("bot")));
        refused(registry.agents().transfer(ACME, new Name("bot"), stranger), "not an active person");
        refused(
                registry.agents()
                        .recertify(ACME, new Name("bot"), clock.instant().plus(Duration.ofDays(400))),
                "at most 366 days");
        var until = clock.instant().plus(Duration.ofDays(180));
        assertThat(done(registry.agents().recertify(ACME, new Name("bot"), until))
                        .recertifyBy())
                .isEqualTo(until);
        clock.advance(Duration.ofDays(180));
        assertThat(registry.snapshot(ACME).agent(new Name("bot")).orElseThrow().mayAct(clock.instant()))
                .isFalse();
        done(registry.people().deactivate(ACME, owner));
        refused(registry.agents().register(ACME, agent("bot-2")), "not an active person");
    }

    @Test
    void aServerThatMovesIsPendingAgain() {
        done(registry.servers().approve(ACME, SHOP));
        var stdio = new Transport.Stdio(
                "/usr/bin/shop", List.of("--serve", "a b"), Set.of("SHOP_TOKEN"), Optional.of("/srv"));
        var moved = done(registry.servers().move(ACME, SHOP, stdio));
        assertThat(moved.status()).isEqualTo(Server.Status.PENDING);
        assertThat(moved.transport().digest())
                .isNotEqualTo(server(SHOP).transport().digest());
        done(registry.servers()
                .credentials(ACME, SHOP, List.of(new Server.Credential(new Name("shop-token"), "Authorization"))));
        done(registry.servers().trust(ACME, SHOP, 3));
        assertThat(registry.servers().register(ACME, server(SHOP))).isInstanceOf(Outcome.AlreadyExists.class);
    }

    @Test
    void aSuspensionHoldsWhenTheDiskFailsAndSaysThatItIsNotSaved() {
        var bot = new Name("bot");
        done(registry.agents().register(ACME, agent("bot")));
        Disk.refuseWrites(store);
        var outcome = registry.agents().suspend(ACME, bot);
        assertThat(outcome).isInstanceOf(Outcome.Unsaved.class);
        assertThat(registry.snapshot(ACME).agent(bot).orElseThrow().status()).isEqualTo(Agent.Status.SUSPENDED);
        assertThatThrownBy(() -> registry.agents().resume(ACME, bot)).isInstanceOf(StoreError.class);
        assertThat(registry.snapshot(ACME).agent(bot).orElseThrow().status()).isEqualTo(Agent.Status.SUSPENDED);
        Disk.acceptWrites(store);
        done(registry.servers().approve(ACME, SHOP));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///etc/passwd",
                "https://user:secret@shop.example/",
                "https:///mcp",
                "/mcp",
                "gopher://shop.example/",
                "https://shop.example/#part",
                "mailto:a@b.example"
            })
    void aServersAddressIsHttpWithAHostAndWithoutAUser(String url) {
        assertThatThrownBy(() -> new Transport.Http(URI.create(url))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", " x", "x ", "a\u202eb", "a\nb", "a\u0000b", "a\u200db"})
    void textsThatPeopleReadHideNothing(String text) {
        assertThatThrownBy(() -> new Person(owner, text, "a@b.example", true))
                .isInstanceOf(IllegalArgumentException.class);
        var fine = agent("bot");
        assertThatThrownBy(() ->
                        new Agent(fine.name(), owner, text, fine.status(), 0, fine.recertifyBy(), fine.registeredAt()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aServersNameDoesNotMakeTwoToolsTheSame() {
        assertThatThrownBy(() -> server(new Name("shop_"))).hasMessageContaining("underscore");
    }
}
