"""Judges recorded requests with Cedar and reports where Maxine decided otherwise.

Reads JSON lines: {"policy": {...}, "requests": [{..., "allowed": bool}]}. Needs cedarpy (PyPI).
Translates the subset that Cedar can express: names and prefixes, roles, groups, namespaces, addresses, strength,
age, dates, exceptions; everything known, no tags, windows or calls.
"""
import json
import sys

import cedarpy

STRENGTHS = ["secret", "certificate", "mfa", "hardware"]


def quote(text):
    return json.dumps(text)


def glob(attribute, pattern):
    if pattern.endswith("*"):
        return "context.%s like %s" % (attribute, quote(pattern))
    return "context.%s == %s" % (attribute, quote(pattern))


def either(parts):
    return "(" + " || ".join(parts) + ")" if parts else "false"


def service_is(pattern, namespace, deny):
    parts = ['context.kind == "service"']
    if not deny:
        parts.append("context.home")
    parts.append(glob("name", pattern))
    if namespace is not None:
        parts.append(glob("namespace", namespace))
    return "(" + " && ".join(parts) + ")"


def term(text, deny):
    kind, value = text.split(":", 1)
    if kind == "role":
        return "context.roles.contains(%s)" % quote(value)
    if kind == "service":
        return service_is(value, None, deny)
    if kind == "group":
        return "context.groups.contains(%s)" % quote(value)
    return "(context.kind == %s && context.id == %s)" % (quote(kind), quote(value))


def conditions(rule):
    parts = []
    if rule.get("sourceIP") is not None:
        parts.append(either(["context.ip.isInRange(ip(%s))" % quote(b) for b in rule["sourceIP"]]))
    if rule.get("strength"):
        text = rule["strength"]
        parts.append("context.strength %s %d" % (
            ">=" if text.startswith(">=") else "<", STRENGTHS.index(text.lstrip("<>="))))
    if rule.get("age"):
        text = rule["age"]
        limit = int(text.lstrip("<>=")[:-1]) * (3600 if text.endswith("h") else 60)
        parts.append("context.age %s %d" % (">=" if text.startswith(">=") else "<", limit))
    if rule.get("methods"):
        parts.append(either(["context.method == %s" % quote(m) for m in rule["methods"]]))
    if rule.get("from") is not None:
        parts.append("context.now >= %d" % rule["from"])
    if rule.get("until") is not None:
        parts.append("context.now < %d" % rule["until"])
    return parts


def body(rule):
    deny, parts = rule["deny"], []
    if rule["intention"]:
        parts.append(either([service_is(s, n, deny) for s, n in rule["sources"]]))
        targets = [[s, [n] if n else None] for s, n in rule["to"]]
        if rule["what"] is not None:
            parts.append("context.permittable")
            parts.append(either(["context.verb == %s" % quote(w) for w in rule["what"]]))
    else:
        if rule["subjects"] is not None:
            parts.append(either([term(t, deny) for t in rule["subjects"]]))
        if rule["what"] is not None:
            parts.append(either([glob("action", a) for a in rule["what"]]))
        targets = [[s, rule["namespaces"]] for s in (rule["services"] or ["*"])]
    found = []
    for service, namespaces in targets:
        one = glob("target", service)
        if namespaces:
            one += " && " + either([glob("targetNamespace", n) for n in namespaces])
        found.append("(" + one + ")")
    parts.append(either(found))
    parts += conditions(rule)
    if rule["except"]:
        parts.append("!" + either([term(t, False) for t in rule["except"]]))
    return " && ".join(parts)


def translate(policy, is_service):
    held = ["(context.roles.contains(%s) && %s.contains(context.action))" % (
        quote(name), json.dumps(actions)) for name, actions in policy["roles"].items()]
    text = "forbid(principal, action, resource) unless { %s };\n" % either(held)
    for rule in policy["rules"]:
        if rule["intention"] and not is_service:
            continue
        if is_service and not rule["intention"] and not rule["deny"]:
            continue
        effect = "forbid" if rule["deny"] else "permit"
        text += "%s(principal, action, resource) when { %s };\n" % (effect, body(rule))
    if is_service:
        text += ("permit(principal, action, resource) when { context.home && context.name == context.target"
                 " && context.namespace == context.targetNamespace };\n")
    return text


def main():
    judged = allowed = wrong = 0
    for line in sys.stdin:
        case = json.loads(line)
        for is_service in (False, True):
            requests = [r for r in case["requests"] if (r["context"]["kind"] == "service") == is_service]
            if not requests:
                continue
            asked = []
            for request in requests:
                context = dict(request["context"])
                context["ip"] = {"__extn": {"fn": "ip", "arg": context["ip"]}}
                asked.append({"principal": 'P::"p"', "action": 'Action::"a"', "resource": 'R::"r"',
                              "context": context})
            policies = translate(case["policy"], is_service)
            for request, result in zip(requests, cedarpy.is_authorized_batch(asked, policies, [])):
                judged += 1
                errors = list(result.diagnostics.errors)
                if errors or result.allowed != request["allowed"]:
                    wrong += 1
                    if wrong <= 3:
                        print("cedar %s, maxine %s %s\n%s\n%s" % (
                            result.allowed, request["allowed"], errors, json.dumps(request), policies))
                allowed += result.allowed
    print("cedar judged %d, allowed %d, disagreed %d" % (judged, allowed, wrong))
    return 1 if wrong or judged == 0 else 0


sys.exit(main())
