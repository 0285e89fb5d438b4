package dev.writ.guard.control;

import dev.writ.authority.Authority;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Held;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import dev.writ.guard.Transition;
import dev.writ.guard.control.Orders.Plan;
import dev.writ.guard.control.Orders.Taken;
import dev.writ.registry.Access;
import dev.writ.registry.Registry;
import dev.writ.registry.Server;
import dev.writ.registry.Transport;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What is done to servers. A command that Writ will run comes from here alone, and its record has it in full. */
public final class Servers {
    private final Orders orders;
    private final Directory directory;
    private final Guard guard;
    private final Registry registry;
    private final Authority authority;
    private final InstantSource clock;

    Servers(Control.Parts parts, Orders orders, Directory directory) {
        this.orders = orders;
        this.directory = directory;
        this.guard = parts.guard();
        this.registry = parts.registry();
        this.authority = parts.authority();
        this.clock = parts.clock();
    }

    public Reply<List<Json.Obj>> all(Caller.OfPerson caller) {
        return directory.reading(caller, () -> {
            var snapshot = directory.of(caller);
            return new Reply.Done<>(snapshot.servers().values().stream()
                    .sorted(Comparator.comparing(Server::name))
                    .map(server -> Documents.server(server, snapshot))
                    .toList());
        });
    }

    public Reply<Json.Obj> one(Caller.OfPerson caller, String name) {
        return directory.reading(caller, () -> found(caller, name).map(server -> document(caller.tenant(), server)));
    }

    Reply<Server> found(Caller.OfPerson caller, String name) {
        return Directory.name(name)
                .flatMap(directory.of(caller)::server)
                .<Reply<Server>>map(Reply.Done::new)
                .orElseGet(() -> new Reply.NotFound<>("server with that name"));
    }

    public Reply<Json.Obj> create(Caller.OfPerson caller, Resource.Server wanted) {
        var tenant = caller.tenant();
        if (!wanted.tools().isEmpty())
            return new Reply.Invalid<>("tools are approved after they were looked at: register the server without"
                    + " tools, inspect it, then approve them");
        return Directory.valid(() -> new Server(
                        wanted.name(),
                        wanted.transport(),
                        wanted.trust(),
                        Server.Status.PENDING,
                        wanted.credentials(),
                        wanted.access(),
                        caller.person(),
                        clock.instant()))
                .then(server -> orders.carry(
                        caller,
                        Orders.administer("server:create", server.name().text(), about(server)),
                        () -> registration(tenant, server)));
    }

    private Plan<Json.Obj> registration(Name tenant, Server server) {
        if (registry.snapshot(tenant).server(server.name()).isPresent())
            return new Plan.Stay<>(new Reply.Conflict<>("there is a server " + server.name() + " already"));
        return new Plan.Go<>(
                new Transition("administration", "server-registered", about(server)),
                () -> Directory.reply(registry.servers().register(tenant, server))
                        .map(s -> document(tenant, s)));
    }

    /**
     * A permit to look at a server before its tools are approved. Whoever reaches servers opens a session with one and
     * lists with another, and hands the list to {@link Guard#inspected}.
     */
    public Reply<Permit> inspection(Caller.OfPerson caller, String name) {
        return directory.reading(caller, () -> found(caller, name).then(server -> {
            var attempt = new Attempt(
                    caller, new Action.Administer(Guard.INSPECT, server.name().text(), Json.Obj.EMPTY));
            return switch (guard.admit(attempt)) {
                case Permit permit -> new Reply.Done<>(permit);
                case Refusal refusal -> Orders.refused(refusal);
                case Held held ->
                    new Reply.Forbidden<>("looking at a server cannot be held", Optional.of(held.decision()));
            };
        }));
    }

    /** Stops all calls to a server, and cuts what is under way. */
    public Reply<Json.Obj> disable(Caller.OfPerson caller, String name) {
        var tenant = caller.tenant();
        return directory.reading(caller, () -> found(caller, name)
                .then(server -> orders.takeAway(
                        caller,
                        Orders.administer("server:disable", server.name().text(), Json.Obj.EMPTY),
                        () -> {
                            var done = Directory.reply(registry.servers().disable(tenant, server.name()));
                            var _ = authority.cutServer(tenant, server.name());
                            return new Taken<>(
                                    done.map(s -> document(tenant, s)),
                                    List.of(new Transition("revocation", "server-disabled", named(server.name()))));
                        })));
    }

    public Reply<Json.Obj> enable(Caller.OfPerson caller, String name) {
        var tenant = caller.tenant();
        return directory.reading(caller, () -> found(caller, name)
                .then(server -> orders.carry(
                        caller, Orders.administer("server:enable", server.name().text(), Json.Obj.EMPTY), () -> {
                            var now = registry.snapshot(tenant).server(server.name());
                            if (now.filter(s -> s.status() == Server.Status.DISABLED)
                                    .isEmpty())
                                return new Plan.Stay<>(
                                        new Reply.Conflict<>("only a disabled server is enabled; a pending one is"
                                                + " approved with its tools"));
                            return new Plan.Go<>(
                                    new Transition("administration", "server-enabled", named(server.name())),
                                    () -> Directory.reply(registry.servers().approve(tenant, server.name()))
                                            .map(s -> document(tenant, s)));
                        })));
    }

    /** Another endpoint or command: what was approved was the old one, so calls stop until it is approved again. */
    Reply<Json.Obj> move(Caller.OfPerson caller, Name name, Transport transport) {
        var tenant = caller.tenant();
        var members = named(name).with("transport", transport.json());
        return orders.takeAway(caller, Orders.administer("server:move", name.text(), members), () -> {
            var done = Directory.reply(registry.servers().move(tenant, name, transport));
            var _ = authority.cutServer(tenant, name);
            return new Taken<>(
                    done.map(s -> document(tenant, s)),
                    List.of(new Transition("administration", "server-moved", members)));
        });
    }

    Reply<Json.Obj> changeTrust(Caller.OfPerson caller, Name name, int trust) {
        var members = named(name).with("trust", Json.of(trust));
        return change(
                caller,
                name,
                "server:trust",
                new Transition("administration", "server-trust-changed", members),
                () -> Directory.reply(registry.servers().trust(caller.tenant(), name, trust)));
    }

    Reply<Json.Obj> changeCredentials(
            Caller.OfPerson caller, Name name, List<Server.Credential> credentials, Access access) {
        var members = named(name).with("credentials", credentials(credentials)).with("auth", access.json());
        return change(
                caller,
                name,
                "server:credentials",
                new Transition("administration", "server-credentials-changed", members),
                () -> Directory.reply(registry.servers().shown(caller.tenant(), name, credentials, access)));
    }

    private Reply<Json.Obj> change(
            Caller.OfPerson caller, Name name, String operation, Transition record, Supplier<Reply<Server>> making) {
        return orders.carry(
                caller,
                Orders.administer(operation, name.text(), record.members()),
                () -> new Plan.Go<>(record, () -> making.get().map(s -> document(caller.tenant(), s))));
    }

    static Json.Obj named(Name server) {
        return Json.object().put("server", server.text()).build();
    }

    private static Json.Obj about(Server server) {
        return named(server.name())
                .with("transport", server.transport().json())
                .with("trust", Json.of(server.trust()))
                .with("credentials", credentials(server.credentials()))
                .with("auth", server.access().json());
    }

    /** Names of secrets and where they go; never what they are. */
    private static Json credentials(List<Server.Credential> credentials) {
        return new Json.Arr(
                credentials.stream().<Json>map(Server.Credential::json).toList());
    }

    Json.Obj document(Name tenant, Server server) {
        return Documents.server(server, registry.snapshot(tenant));
    }
}
