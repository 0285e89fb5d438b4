package dev.writ.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The shop's five tools: what they say about themselves, and what they do. */
final class ShopTools {
    private static final int ORDERS_PER_PAGE = 10;
    private static final Pattern AMOUNT = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,2}0*)?");

    private final Orders orders = new Orders();
    private final Effects effects;
    private final Map<String, Tool> tools = new LinkedHashMap<>();
    private final Map<String, String> descriptions = new LinkedHashMap<>();

    /** How a call ended. */
    sealed interface Outcome {
        record Done(Json.Obj value) implements Outcome {}

        /** The tool could not do it; a model may correct itself. */
        record Failed(String reason) implements Outcome {}

        /** The arguments do not fit the tool's schema. */
        record BadArguments(String reason) implements Outcome {}

        record UnknownTool() implements Outcome {}
    }

    private record Tool(
            String name,
            String title,
            Json.Obj properties,
            List<String> required,
            Json.Obj annotations,
            Function<Json.Obj, Outcome> work) {}

    ShopTools(Effects effects) {
        this.effects = effects;
        add(
                new Tool(
                        "get_order",
                        "Get an order",
                        Json.object()
                                .put("order", string("Order number, for example 1001"))
                                .build(),
                        List.of("order"),
                        hints("Get an order", true, false, true, false),
                        this::getOrder),
                "Returns one order: customer, item, total, currency and status.");
        add(
                new Tool(
                        "list_orders",
                        "List orders",
                        Json.object()
                                .put("customer", string("Only orders of this customer (mail address)"))
                                .put("cursor", string("next_cursor of the page before"))
                                .build(),
                        List.of(),
                        hints("List orders", true, false, true, false),
                        this::listOrders),
                "Lists orders, ten on a page.");
        add(
                new Tool(
                        "create_refund",
                        "Create a refund",
                        Json.object()
                                .put("order", string("Order number"))
                                .put("amount", schema("number", "Amount in the order's currency, at most two decimals"))
                                .put("currency", string("Currency code of the order, for example EUR"))
                                .put("reason", string("Why the money goes back"))
                                .build(),
                        List.of("order", "amount", "currency"),
                        hints("Create a refund", false, true, false, false),
                        this::createRefund),
                "Pays money back to the customer of an order.");
        add(
                new Tool(
                        "send_email",
                        "Send a mail",
                        Json.object()
                                .put("to", string("Recipient's address"))
                                .put("subject", string("Subject line"))
                                .put("body", string("Text of the mail"))
                                .build(),
                        List.of("to", "subject", "body"),
                        hints("Send a mail", false, false, false, true),
                        this::sendEmail),
                "Sends a mail to a customer.");
        add(
                new Tool(
                        "delete_customer",
                        "Delete a customer",
                        Json.object()
                                .put("customer", string("Customer's mail address"))
                                .build(),
                        List.of("customer"),
                        hints("Delete a customer", false, true, true, false),
                        this::deleteCustomer),
                "Deletes a customer for good.");
    }

    /** The tools from one place on, and whether there are more. */
    synchronized List<Json> definitions(int from, int count) {
        var all = new ArrayList<Json>();
        tools.values().stream().skip(from).limit(count).forEach(tool -> all.add(definition(tool)));
        return all;
    }

    synchronized int count() {
        return tools.size();
    }

    /** Changes what a tool says about itself; false when there is no such tool. */
    synchronized boolean redefine(String tool, String description) {
        return descriptions.replace(tool, description) != null;
    }

    Outcome call(String name, Json.Obj arguments) {
        var tool = tools.get(name);
        if (tool == null) return new Outcome.UnknownTool();
        var problem = problem(tool, arguments);
        if (problem.isPresent()) return new Outcome.BadArguments(problem.get());
        effects.call(name);
        return tool.work().apply(arguments);
    }

    private void add(Tool tool, String description) {
        tools.put(tool.name(), tool);
        descriptions.put(tool.name(), description);
    }

    private Json.Obj definition(Tool tool) {
        var input = Json.object().put("type", "object").put("properties", tool.properties());
        if (!tool.required().isEmpty()) input.put("required", tool.required());
        return Json.object()
                .put("name", tool.name())
                .put("title", tool.title())
                .put("description", descriptions.getOrDefault(tool.name(), ""))
                .put("inputSchema", input.put("additionalProperties", false).build())
                .put("annotations", tool.annotations())
                .build();
    }

    private static Optional<String> problem(Tool tool, Json.Obj arguments) {
        for (var name : tool.required())
            if (arguments.get(name).isEmpty()) return Optional.of("the argument " + name + " is missing");
        for (var argument : arguments.members().entrySet()) {
            var declared = tool.properties().object(argument.getKey());
            if (declared.isEmpty()) return Optional.of("an argument is not in the tool's schema");
            boolean number = declared.get().string("type").equals(Optional.of("number"));
            if (number ? !(argument.getValue() instanceof Json.Num) : !(argument.getValue() instanceof Json.Str))
                return Optional.of(
                        "the argument " + argument.getKey() + " must be a " + (number ? "number" : "string"));
        }
        return Optional.empty();
    }

    private Outcome getOrder(Json.Obj arguments) {
        return orders.order(argument(arguments, "order"))
                .<Outcome>map(order -> new Outcome.Done(order.json()))
                .orElseGet(() -> new Outcome.Failed("There is no such order."));
    }

    private Outcome listOrders(Json.Obj arguments) {
        var found = orders.of(arguments.string("customer"));
        var from = arguments.string("cursor").map(c -> offset("orders", c)).orElse(Optional.of(0));
        if (from.isEmpty() || from.get() > found.size()) return new Outcome.Failed("The cursor is not one of ours.");
        int to = Math.min(found.size(), from.get() + ORDERS_PER_PAGE);
        var page = new ArrayList<Json>();
        for (var order : found.subList(from.get(), to)) page.add(order.json());
        var answer = Json.object().put("orders", new Json.Arr(page));
        return new Outcome.Done((to < found.size() ? answer.put("next_cursor", cursor("orders", to)) : answer).build());
    }

    private Outcome createRefund(Json.Obj arguments) {
        var order = orders.order(argument(arguments, "order"));
        if (order.isEmpty()) return new Outcome.Failed("There is no such order.");
        if (!order.get().currency().equals(argument(arguments, "currency")))
            return new Outcome.Failed("The order is in " + order.get().currency() + ".");
        var lexeme = arguments.get("amount").map(Json::text).orElse("");
        if (!AMOUNT.matcher(lexeme).matches() || new BigDecimal(lexeme).signum() <= 0)
            return new Outcome.Failed("The amount must be positive, with at most two decimals.");
        var refund = Json.object()
                .put("order", order.get().order())
                .put("customer", order.get().customer())
                .put("amount", new Json.Num(lexeme))
                .put("currency", order.get().currency())
                .put("reason", arguments.string("reason"));
        return effects.refund(order.get(), new BigDecimal(lexeme), refund)
                .<Outcome>map(Outcome.Done::new)
                .orElseGet(() -> new Outcome.Failed("That is more than is left of the order's total."));
    }

    private Outcome sendEmail(Json.Obj arguments) {
        var to = argument(arguments, "to");
        if (!to.matches("[^@\\s]+@[^@\\s]+")) return new Outcome.Failed("The recipient is not a mail address.");
        var mail = Json.object()
                .put("to", to)
                .put("subject", argument(arguments, "subject"))
                .put("body", argument(arguments, "body"))
                .build();
        effects.mail(mail);
        return new Outcome.Done(Json.object().put("sent", true).put("to", to).build());
    }

    private Outcome deleteCustomer(Json.Obj arguments) {
        var customer = argument(arguments, "customer");
        if (!orders.hasCustomer(customer) || !effects.delete(customer))
            return new Outcome.Failed("There is no such customer.");
        return new Outcome.Done(Json.object().put("deleted", customer).build());
    }

    /** A place in a list as an opaque cursor. */
    static String cursor(String list, int offset) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString((list + ":" + offset).getBytes(UTF_8));
    }

    static Optional<Integer> offset(String list, String cursor) {
        try {
            var text = new String(Base64.getUrlDecoder().decode(cursor), UTF_8);
            var digits = text.startsWith(list + ":") ? text.substring(list.length() + 1) : "";
            return digits.matches("[0-9]{1,6}") ? Optional.of(Integer.valueOf(digits)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String argument(Json.Obj arguments, String name) {
        return arguments.string(name).orElseThrow(() -> new IllegalStateException("unchecked argument " + name));
    }

    private static Json.Obj string(String description) {
        return schema("string", description);
    }

    private static Json.Obj schema(String type, String description) {
        return Json.object().put("type", type).put("description", description).build();
    }

    private static Json.Obj hints(String title, boolean reads, boolean destroys, boolean idempotent, boolean open) {
        return Json.object()
                .put("title", title)
                .put("readOnlyHint", reads)
                .put("destructiveHint", destroys)
                .put("idempotentHint", idempotent)
                .put("openWorldHint", open)
                .build();
    }
}
