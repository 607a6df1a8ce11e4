"""What contracts promise, one fact for each thing a client, a stored row or a settings file can come to rely on.

Facts are read from the descriptors that protoc writes, our own options included.
"""

import dataclasses

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

Field = descriptor_pb2.FieldDescriptorProto
TYPES = {value: name.removeprefix("TYPE_").lower() for name, value in Field.Type.items()}
MESSAGE_FIELD, ENUM_FIELD, SERVICE_FIELD = 4, 5, 6  # of FileDescriptorProto: the steps of a location's path
# What the generator takes when a contract says nothing: tools/protoc-gen-kontor/emit_validate.cpp.
TEXT_BYTES, LIST_ITEMS = 4096, 1000


@dataclasses.dataclass
class Fact:
    """One promise. `attributes` are texts; one that is not there says "no" or "no limit"."""

    kind: str
    name: str
    attributes: dict
    path: str = ""
    line: int = 0

    @property
    def parent(self):
        """The name of what it is a part of: a field's message, a method's service, a message's package."""
        return self.name.rpartition("/" if self.kind == "method" else ".")[0]


class Options:
    """Reads extensions out of the options of a descriptor."""

    def __init__(self, files):
        pool = descriptor_pool.DescriptorPool()
        for file in files:
            pool.Add(file)
        factory = message_factory.MessageFactory(pool)
        self._types = {}
        for target, names in {
            "MethodOptions": ("kontor.api.method", "google.api.http"),
            "FieldOptions": ("kontor.api.field", "kontor.api.setting"),
            "MessageOptions": ("kontor.api.event",),
        }.items():
            descriptor = pool.FindMessageTypeByName(f"google.protobuf.{target}")
            options = factory.GetPrototype(descriptor)
            for extension in pool.FindAllExtensions(descriptor):
                options.RegisterExtension(extension)
            for name in names:
                self._types[name] = (options, pool.FindExtensionByName(name))

    def read(self, descriptor, name):
        """The extension `name` of the descriptor's options; an empty one when it is not set."""
        options, extension = self._types[name]
        return options.FromString(descriptor.options.SerializeToString()).Extensions[extension]


class FileFacts:
    """The facts of one .proto file, in its order."""

    def __init__(self, file, path, options):
        self.file, self.path, self.options = file, path, options
        self.lines = {tuple(at.path): at.span[0] + 1 for at in file.source_code_info.location}
        self.facts = []

    def read(self):
        self.add("file", self.path, {"package": self.file.package}, ())
        for index, enum in enumerate(self.file.enum_type):
            self.enum(enum, self.file.package, (ENUM_FIELD, index))
        for index, message in enumerate(self.file.message_type):
            self.message(message, self.file.package, (MESSAGE_FIELD, index))
        for index, service in enumerate(self.file.service):
            self.service(service, (SERVICE_FIELD, index))
        return self.facts

    def add(self, kind, name, attributes, at):
        said = {key: str(value) for key, value in attributes.items() if value not in (None, False, "", 0)}
        said = {key: "yes" if value == "True" else value for key, value in said.items()}
        self.facts.append(Fact(kind, name, said, self.path, self.lines.get(at, 1)))

    def message(self, message, scope, at):
        name = f"{scope}.{message.name}"
        event = self.options.read(message, "kontor.api.event")
        self.add("message", name, {"topic": event.topic, "type": event.type, "subject": event.subject}, at)
        self.reserved(message, name, at)
        maps = {f".{name}.{entry.name}": entry for entry in message.nested_type if entry.options.map_entry}
        for index, field in enumerate(message.field):
            self.field(field, message, name, maps, (*at, 2, index))
        for index, enum in enumerate(message.enum_type):
            self.enum(enum, name, (*at, 4, index))
        for index, nested in enumerate(message.nested_type):
            if not nested.options.map_entry:
                self.message(nested, name, (*at, 3, index))

    def reserved(self, message, name, at):
        last = -1 if isinstance(message, descriptor_pb2.DescriptorProto) else 0  # a message's ranges end one too late
        numbers = sorted({n for each in message.reserved_range for n in range(each.start, each.end + 1 + last)})
        if numbers or message.reserved_name:
            lists = {"numbers": " ".join(map(str, numbers)), "names": " ".join(sorted(message.reserved_name))}
            self.add("reserved", name, lists, at)

    def field(self, field, message, scope, maps, at):
        of_map = maps.get(field.type_name)
        kind = type_of(field)
        label = "list" if field.label == Field.LABEL_REPEATED else "optional" if field.proto3_optional else "single"
        if of_map is not None:
            kind = f"map<{type_of(of_map.field[0])}, {type_of(of_map.field[1])}>"
            label = "map"
        real_oneof = field.HasField("oneof_index") and not field.proto3_optional
        attributes = {
            "number": field.number,
            "json": field.json_name,
            "type": kind,
            "label": label,
            "oneof": message.oneof_decl[field.oneof_index].name if real_oneof else None,
        }
        self.add("field", f"{scope}.{field.name}", {**attributes, **self.rules(field, label)}, at)

    def rules(self, field, label):
        if self.path.endswith("settings.proto"):
            rule = self.options.read(field, "kontor.api.setting")
            limits = {"one_of": " ".join(sorted(rule.one_of)), "required": rule.required, "secret": rule.secret}
            return {**limits, **bounds(rule)}
        rule = self.options.read(field, "kontor.api.field")
        words = ("required", "nullable", "personal", "secret", "http_status", "internal", "header")
        longest = rule.max_length
        if longest == 0 and label == "list":
            longest = LIST_ITEMS
        elif longest == 0 and field.type in (Field.TYPE_STRING, Field.TYPE_BYTES):
            longest = TEXT_BYTES
        return {**{word: getattr(rule, word) for word in words}, **bounds(rule), "max_length": longest}

    def enum(self, enum, scope, at):
        name = f"{scope}.{enum.name}"
        self.add("enum", name, {}, at)
        self.reserved(enum, name, at)
        for index, value in enumerate(enum.value):
            # 0 is a number like any other.
            self.add("value", f"{name}.{value.name}", {"number": str(value.number)}, (*at, 2, index))

    def service(self, service, at):
        name = f"{self.file.package}.{service.name}"
        self.add("service", name, {}, at)
        for index, method in enumerate(service.method):
            rule = self.options.read(method, "kontor.api.method")
            access = rule.access.WhichOneof("rule")
            attributes = {
                "request": method.input_type.removeprefix("."),
                "response": method.output_type.removeprefix("."),
                "streams": " ".join(
                    way for way, is_on in (("in", method.client_streaming), ("out", method.server_streaming)) if is_on
                ),
                "http": " ".join(bindings(self.options.read(method, "google.api.http"))),
                "success_status": rule.success_status,
                "access": f"permission:{rule.access.permission}" if access == "permission" else access,
                "idempotent": rule.idempotent,
                "cache_seconds": rule.cache.seconds,
                "timeout_ms": rule.timeout_ms,
                "max_body": rule.max_body,
                "file_body": rule.file_body,
                "lenient": rule.lenient,
            }
            self.add("method", f"{name}/{method.name}", attributes, (*at, 2, index))


def type_of(field):
    return field.type_name.removeprefix(".") or TYPES[field.type]


def bounds(rule):
    """`min` and `max` as texts: 0 is a limit too."""
    return {word: f"{getattr(rule, word):.15g}" for word in ("min", "max") if rule.HasField(word)}


def bindings(http):
    """One word for each REST binding: "POST:/v1/store/carts:*"."""
    for each in (http, *http.additional_bindings):
        verb = each.WhichOneof("pattern")
        if verb:
            path = getattr(each, verb)
            yield ":".join(part for part in (verb.upper(), path, each.body) if part)


def read(descriptor_set, path_of):
    """The facts of all files in the set for which `path_of` knows where they lie; the others are not ours."""
    options = Options(descriptor_set.file)
    facts = []
    for file in descriptor_set.file:
        path = path_of(file.name)
        if path:
            facts += FileFacts(file, path, options).read()
    return facts
