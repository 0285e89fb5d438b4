package dev.writ.registry;

import dev.writ.base.Name;
import dev.writ.registry.Server.Credential;
import dev.writ.registry.Server.Status;
import dev.writ.store.Change;
import dev.writ.store.Copies;
import java.util.List;
import java.util.function.UnaryOperator;

/** Commands about servers. A server is never deleted, so its name is never given again. */
public final class Servers {
    private final Registry registry;

    Servers(Registry registry) {
        this.registry = registry;
    }

    /** Registers a server; it begins as pending. */
    public Outcome<Server> register(Name tenant, Server server) {
        return registry.command(tenant, now -> {
            if (now.servers().containsKey(server.name())) return Registry.exists("server " + server.name());
            if (server.status() != Status.PENDING) return Registry.refused("a server begins as pending");
            return Registry.done(server, added(tenant, server));
        });
    }

    public Outcome<Server> approve(Name tenant, Name name) {
        return registry.command(tenant, now -> {
            var server = now.server(name);
            if (server.isEmpty()) return Registry.notFound("server " + name);
            return Registry.done(server.get().withStatus(Status.APPROVED), status(tenant, name, Status.APPROVED));
        });
    }

    /** Stops all calls to a server, at once. */
    public Outcome<Server> disable(Name tenant, Name name) {
        return narrowed(tenant, name, s -> s.withStatus(Status.DISABLED), status(tenant, name, Status.DISABLED));
    }

    /** Gives a server another endpoint or command; what was approved was the old one, so it is pending again. */
    public Outcome<Server> move(Name tenant, Name name, Transport transport) {
        UnaryOperator<Server> moved = s -> s.withTransport(transport).withStatus(Status.PENDING);
        return narrowed(
                tenant,
                name,
                moved,
                Change.of(
                        s -> s.withServers(Copies.changed(s.servers(), name, moved)),
                        sql -> sql.changeOne(
                                "UPDATE servers SET transport = ?, status = 'pending' WHERE tenant = ? AND name = ?",
                                transport.json(),
                                tenant,
                                name)));
    }

    /** Changes the secrets that a server sees, and how it is shown who calls. */
    public Outcome<Server> shown(Name tenant, Name name, List<Credential> credentials, Access access) {
        return registry.command(tenant, now -> {
            var server = now.server(name);
            if (server.isEmpty()) return Registry.notFound("server " + name);
            return Registry.done(
                    server.get().shown(credentials, access),
                    Change.of(
                            s -> s.withServers(
                                    Copies.changed(s.servers(), name, each -> each.shown(credentials, access))),
                            sql -> sql.changeOne(
                                    "UPDATE servers SET credentials = ?, access = ? WHERE tenant = ? AND name = ?",
                                    Tables.credentials(credentials),
                                    access.json(),
                                    tenant,
                                    name)));
        });
    }

    /** Changes the secrets that a server sees. */
    public Outcome<Server> credentials(Name tenant, Name name, List<Credential> credentials) {
        return registry.snapshot(tenant)
                .server(name)
                .map(server -> shown(tenant, name, credentials, server.access()))
                .orElseGet(() -> new Outcome.NotFound<>("server " + name));
    }

    public Outcome<Server> trust(Name tenant, Name name, int trust) {
        return registry.command(tenant, now -> {
            var server = now.server(name);
            if (server.isEmpty()) return Registry.notFound("server " + name);
            return Registry.done(
                    server.get().withTrust(trust),
                    Change.of(
                            s -> s.withServers(Copies.changed(s.servers(), name, each -> each.withTrust(trust))),
                            sql -> sql.changeOne(
                                    "UPDATE servers SET trust = ? WHERE tenant = ? AND name = ?",
                                    trust,
                                    tenant,
                                    name)));
        });
    }

    private Outcome<Server> narrowed(
            Name tenant, Name name, UnaryOperator<Server> operator, Change<RegistrySnapshot> change) {
        return registry.atOnce(tenant, now -> {
            var server = now.server(name);
            if (server.isEmpty()) return Registry.notFound("server " + name);
            return Registry.done(operator.apply(server.get()), change);
        });
    }

    private static Change<RegistrySnapshot> status(Name tenant, Name name, Status status) {
        return Change.of(
                s -> s.withServers(Copies.changed(s.servers(), name, server -> server.withStatus(status))),
                sql -> sql.changeOne(
                        "UPDATE servers SET status = ? WHERE tenant = ? AND name = ?", status, tenant, name));
    }

    private static Change<RegistrySnapshot> added(Name tenant, Server server) {
        return Change.of(
                s -> s.withServers(Copies.with(s.servers(), server.name(), server)),
                sql -> sql.changeOne(
                        """
                        INSERT INTO servers (tenant, name, transport, trust, status, credentials, access,
                                             registered_by, registered_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                        tenant,
                        server.name(),
                        server.transport().json(),
                        server.trust(),
                        server.status(),
                        Tables.credentials(server.credentials()),
                        server.access().json(),
                        server.registeredBy(),
                        server.registeredAt()));
    }
}
