package dev.writ.people;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.admin.Installed;
import dev.writ.admin.Installed.Answered;
import dev.writ.base.Json;
import dev.writ.base.Name;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a tenant has two administrators, neither changes alone who may do what. */
class TwoAdministratorsTest {
    private static final Name TENANT = Installed.DEFAULT;

    @TempDir
    Path folder;

    private Installed writ;
    private String ada;
    private String dana;

    @BeforeEach
    void twoAdministrators() {
        writ = new Installed(folder.resolve("data"));
        dana = writ.person("dana@acme.example", "viewer");
        ada = writ.person("ada@acme.example", "admin");
    }

    @AfterEach
    void stop() {
        writ.close();
    }

    @Test
    void aRoleIsGivenWhenTheSecondAdministratorConfirmsIt() {
        long before = writ.size(TENANT);
        var waiting = writ.put(writ.owner(), "/groups/role-admin/members/dana@acme.example", Json.Obj.EMPTY);
        var change = waiting(waiting);
        assertThat(writ.put(writ.owner(), "/groups/role-admin/members/dana@acme.example", Json.Obj.EMPTY)
                        .json()
                        .string("waiting"))
                .contains(change);
        assertThat(writ.get(writ.owner(), "/people").text())
                .doesNotContain("dana@acme.example\"},\"spec\":{\"roles\":[\"admin");
        assertThat(members("role-admin")).doesNotContain("dana@acme.example");

        assertThat(writ.post(writ.owner(), "/changes/" + change + "/confirm").status())
                .isEqualTo(409);
        assertThat(writ.post(dana, "/changes/" + change + "/confirm").status()).isEqualTo(403);
        assertThat(members("role-admin")).doesNotContain("dana@acme.example");

        assertThat(writ.post(ada, "/changes/" + change + "/confirm").status()).isEqualTo(200);
        assertThat(members("role-admin")).contains("dana@acme.example");
        assertThat(writ.get(writ.owner(), "/changes")
                        .json()
                        .array("items")
                        .orElseThrow()
                        .items())
                .isEmpty();
        assertThat(writ.transitions(TENANT, before))
                .containsExactly(
                        "administration/change-proposed", "administration/change-confirmed", "enrolment/group-joined");
        assertThat(writ.post(ada, "/changes/" + change + "/confirm").status()).isEqualTo(404);
    }

    @Test
    void orderingTheSameIsAConfirmationAndOrderingSomethingElseIsNot() {
        waiting(writ.put(writ.owner(), "/groups/role-auditor/members/dana@acme.example", Json.Obj.EMPTY));
        waiting(writ.put(ada, "/groups/role-approver/members/dana@acme.example", Json.Obj.EMPTY));
        assertThat(writ.put(ada, "/groups/role-auditor/members/dana@acme.example", Json.Obj.EMPTY)
                        .status())
                .isEqualTo(200);
        assertThat(members("role-auditor")).contains("dana@acme.example");
        assertThat(members("role-approver")).doesNotContain("dana@acme.example");
    }

    @Test
    void aKeyOfAPersonIsSeenByTheOneWhoAskedForItAfterTheOtherHasAgreed() {
        for (var what : List.of("keys", "links")) {
            var path = "/people/dana@acme.example/" + what;
            var change = waiting(writ.post(writ.owner(), path));
            // The second one's own order of the same would hand the secret to the wrong one: it waits as well.
            assertThat(writ.post(ada, path).status()).isEqualTo(202);
            assertThat(writ.post(ada, "/changes/" + change + "/confirm").status())
                    .isEqualTo(200);
            assertThat(writ.post(ada, path).status()).isEqualTo(202);
            assertThat(writ.post(writ.owner(), path).status()).isEqualTo(201);
            // Once.
            assertThat(writ.post(writ.owner(), path).status()).isEqualTo(202);
        }
    }

    @Test
    void aNewPersonWithARoleAndANewGroupWait() {
        var erin = Json.object().put("displayName", "Erin").put("roles", List.of("approver"));
        var change = waiting(
                writ.post(writ.owner(), "/people", Installed.resource("Person", "erin@acme.example", erin.build())));
        assertThat(writ.get(writ.owner(), "/people").text()).doesNotContain("erin@acme.example");
        assertThat(writ.post(ada, "/changes/" + change + "/confirm").status()).isEqualTo(200);
        assertThat(writ.get(writ.owner(), "/people").text()).contains("erin@acme.example");
        // Somebody without a role can do nothing yet: one administrator is enough.
        var zoe = Json.object().put("displayName", "Zoe").build();
        assertThat(writ.post(writ.owner(), "/people", Installed.resource("Person", "zoe@acme.example", zoe))
                        .status())
                .isEqualTo(201);
        var group = Json.object().put("of", "people").put("members", List.of("erin@acme.example"));
        var second = waiting(
                writ.post(writ.owner(), "/groups", Installed.resource("Group", "finance-leads", group.build())));
        assertThat(writ.get(ada, "/groups/finance-leads").status()).isEqualTo(404);
        assertThat(writ.post(ada, "/changes/" + second + "/confirm").status()).isEqualTo(200);
        assertThat(members("finance-leads")).contains("erin@acme.example");
    }

    @Test
    void takingAwayWaitsForNobody() {
        assertThat(writ.delete(writ.owner(), "/groups/role-viewer/members/dana@acme.example")
                        .status())
                .isEqualTo(200);
        assertThat(writ.post(writ.owner(), "/people/dana@acme.example/deactivate")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aProposalEndsWhenItIsWithdrawnOrTooOldOrItsProposerIsNoAdministratorAnyMore() {
        var one = waiting(writ.put(writ.owner(), "/groups/role-auditor/members/dana@acme.example", Json.Obj.EMPTY));
        assertThat(writ.post(ada, "/changes/" + one + "/withdraw").status()).isEqualTo(200);
        assertThat(writ.post(ada, "/changes/" + one + "/confirm").status()).isEqualTo(404);
        var two = waiting(writ.put(writ.owner(), "/groups/role-auditor/members/dana@acme.example", Json.Obj.EMPTY));
        writ.pass(Duration.ofDays(7));
        assertThat(writ.post(ada, "/changes/" + two + "/confirm").status()).isEqualTo(404);
        assertThat(members("role-auditor")).doesNotContain("dana@acme.example");
        // With a third one there are still two administrators when the proposer goes.
        var cleo = Json.object().put("displayName", "Cleo").put("roles", List.of("admin"));
        var cleoId = waiting(
                writ.post(writ.owner(), "/people", Installed.resource("Person", "cleo@acme.example", cleo.build())));
        assertThat(writ.post(ada, "/changes/" + cleoId + "/confirm").status()).isEqualTo(200);
        var cleoKey = waiting(writ.post(writ.owner(), "/people/cleo@acme.example/keys"));
        assertThat(writ.post(ada, "/changes/" + cleoKey + "/confirm").status()).isEqualTo(200);
        assertThat(writ.post(writ.owner(), "/people/cleo@acme.example/keys").status())
                .isEqualTo(201);
        var three = waiting(writ.put(writ.owner(), "/groups/role-auditor/members/dana@acme.example", Json.Obj.EMPTY));
        assertThat(writ.post(ada, "/people/owner@localhost/deactivate").status())
                .isEqualTo(200);
        assertThat(writ.post(ada, "/changes/" + three + "/confirm").status()).isEqualTo(202);
        assertThat(members("role-auditor")).doesNotContain("dana@acme.example");
    }

    @Test
    void whatWaitsIsThereAfterARestart() {
        var change = waiting(writ.put(writ.owner(), "/groups/role-admin/members/dana@acme.example", Json.Obj.EMPTY));
        writ.restart();
        assertThat(writ.post(ada, "/changes/" + change + "/confirm").status()).isEqualTo(200);
        assertThat(members("role-admin")).contains("dana@acme.example");
    }

    @Test
    void onThePageAChangeIsConfirmedWithThePasskeyAndForThatChangeAlone() {
        var origin = "http://localhost:" + writ.wiring().server().address().getPort();
        var browser = new Browser(origin);
        var passkey = new Authenticator(origin);
        var made = waiting(writ.post(writ.owner(), "/people/ada@acme.example/links"));
        assertThat(writ.post(ada, "/changes/" + made + "/confirm").status()).isEqualTo(200);
        var link = writ.post(writ.owner(), "/people/ada@acme.example/links")
                .json()
                .string("link")
                .orElseThrow();
        var enrol = browser.get(link).form("/ui/enrol");
        assertThat(browser.submit(enrol.with("answer", passkey.make(enrol.options())))
                        .status())
                .isEqualTo(200);
        var one = waiting(writ.put(writ.owner(), "/groups/role-auditor/members/dana@acme.example", Json.Obj.EMPTY));
        var other = waiting(writ.put(writ.owner(), "/groups/role-approver/members/dana@acme.example", Json.Obj.EMPTY));
        assertThat(browser.get("/ui/changes").html()).contains("group:join on role-auditor", "owner@localhost");

        var form = browser.get("/ui/changes/" + one).form("/ui/changes/" + one);
        passkey.counter = 2;
        var answer = passkey.use(form.options());
        // The passkey's answer for one change does not confirm the other, and no answer confirms nothing.
        var elsewhere = new Browser.Form("/ui/changes/" + other, form.fields(), "").with("answer", answer);
        assertThat(browser.submit(elsewhere).html()).contains("Not possible");
        assertThat(browser.submit(form).html()).contains("Not possible");
        assertThat(members("role-approver")).doesNotContain("dana@acme.example");
        assertThat(browser.submit(form.with("answer", answer)).html()).contains("The change is confirmed");
        assertThat(members("role-auditor")).contains("dana@acme.example");
        assertThat(members("role-approver")).doesNotContain("dana@acme.example");
        assertThat(writ.transitions(TENANT, 0)).contains("sign-in/confirmed");
    }

    private String members(String group) {
        return writ.get(writ.owner(), "/groups/" + group).text()
                + writ.get(ada, "/groups/" + group).text();
    }

    private static String waiting(Answered answered) {
        assertThat(answered.status()).as(answered.text()).isEqualTo(202);
        return answered.json().string("waiting").orElseThrow();
    }
}
