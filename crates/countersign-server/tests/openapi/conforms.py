"""Compares answers with an OpenAPI document: conforms.py DOCUMENT ANSWERS.

ANSWERS is a JSON array of objects with method, path, status, headers and body. Each must be of a described operation and status,
with a described content type, a body of the described schema, and only described header fields of those that matter to clients.
Each operation must have been answered with a success, but for those that need something else than an account.
"""

import json
import re
import sys

import jsonschema_rs

# The header fields that every answer of the server has, and those of HTTP itself.
COMMON = {
    "content-type", "content-length", "content-encoding", "vary", "cache-control", "content-security-policy",
    "x-content-type-options", "referrer-policy", "cross-origin-opener-policy", "cross-origin-resource-policy",
    "permissions-policy", "strict-transport-security", "countersign-page", "allow", "www-authenticate",
    "countersign-sign-in",
}

# Operations without a success here: the icon needs metadata.
WITHOUT = {"icon"}


def pattern(template):
    """The expression that the paths of a template match."""
    return re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(template)))


def find(document, path):
    """The Path Item Object of a path: that of the template with the fewest parameters."""
    found = [template for template in document["paths"] if pattern(template).fullmatch(path)]
    return document["paths"][min(found, key=lambda template: template.count("{"))] if found else None


def problem(document, answer):
    """What is wrong with an answer, and the operation that it is of."""
    item = find(document, answer["path"])
    operation = item and item.get(answer["method"].lower())
    if operation is None:
        return "is not described", None
    name = operation["operationId"]
    response = operation["responses"].get(str(answer["status"]))
    if response is None:
        return "has a status that is not described", name
    headers = {field.lower(): value for field, value in answer["headers"]}
    described = {field.lower() for field in response.get("headers", {})}
    unknown = set(headers) - described - COMMON
    if unknown:
        return f"has fields that are not described: {sorted(unknown)}", name
    if answer["status"] >= 400 and "countersign-trace-id" not in headers:
        return "is an error without its ID", name
    content = response.get("content")
    if content is None:
        return ("has a body, and none is described" if answer["body"] else None), name
    kind = headers.get("content-type", "").split(";")[0]
    if kind not in content:
        return f"has the content type {kind!r}, which is not described", name
    if kind != "application/json":
        return None, name
    schema = {**content[kind]["schema"], "components": document["components"]}
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    errors = [f"{list(error.instance_path)}: {error.message}" for error in validator.iter_errors(json.loads(answer["body"]))]
    return ("; ".join(errors) or None), name


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        document = json.load(file)
    with open(sys.argv[2], encoding="utf-8") as file:
        answers = json.load(file)
    succeeded, problems = set(), []
    for answer in answers:
        what, name = problem(document, answer)
        if what:
            problems.append(f"{answer['method']} {answer['path']} {answer['status']}: {what}\n  {answer['body'][:400]}")
        elif answer["status"] < 400:
            succeeded.add(name)
    operations = {
        operation["operationId"] for item in document["paths"].values() for operation in item.values()
    }
    missing = operations - succeeded - WITHOUT
    if missing:
        problems.append(f"no success of {sorted(missing)}")
    print("\n".join(problems))
    sys.exit(1 if problems else 0)


main()
