package dev.writ.attacks;

import java.util.List;

/** Bodies that name something, in single quotes for double ones. */
final class Naming {
    private Naming() {}

    /**
     * Of a route, each with the thing in one place.
     *
     * @param only the name of an agent or server, and of a person with a domain behind it
     */
    static List<String> bodies(String path, String only, String person, String task) {
        var mail = only + "@shared.example";
        return switch (path) {
            case "/api/v1/agents" ->
                List.of(
                        "{'apiVersion':'writ.dev/v1','kind':'Agent','metadata':{'name':'x-bot'},'spec':{'owner':'"
                                + person + "','purpose':'x'}}",
                        "{'apiVersion':'writ.dev/v1','kind':'Agent','metadata':{'name':'x-bot'},'spec':{'owner':'"
                                + mail + "','purpose':'x'}}");
            case "/api/v1/groups" ->
                List.of("{'apiVersion':'writ.dev/v1','kind':'Group','metadata':{'name':'x'},'spec':{'members':['" + mail
                        + "']}}");
            case "/api/v1/tasks" ->
                List.of(
                        task("bot", person, "shop"),
                        task(only, "ada@shared.example", "shop"),
                        task("bot", "ada@shared.example", only));
            case "/api/v1/can" ->
                List.of(
                        "{'agent':'bot','task':'" + task + "','server':'shop','tool':'list_orders'}",
                        "{'agent':'" + only + "','server':'shop','tool':'list_orders'}",
                        "{'agent':'bot','server':'" + only + "','tool':'list_orders'}");
            case "/api/v1/mandates" ->
                List.of("{'apiVersion':'writ.dev/v1','kind':'Mandate','metadata':{'name':'x'},'spec':{'agent':'" + only
                        + "','source':'s','purpose':'x','scope':{'servers':['shop']},'for':'1h','uses':1}}");
            case "/api/v1/tasks/{id}/delegations" -> List.of("{'agent':'" + only + "','calls':1}");
            default -> List.of();
        };
    }

    private static String task(String agent, String person, String server) {
        return "{'apiVersion':'writ.dev/v1','kind':'Task','spec':{'agent':'" + agent + "','person':'" + person
                + "','purpose':'x','scope':{'servers':['" + server + "']},'for':'1h'}}";
    }
}
