"""A connection to one Cassandra node, for what a test does behind the servers' back: statements as
text, and rows as JSON. Version 4 of the native protocol, one statement at a time."""

import json
import socket
import struct

STARTUP, READY, QUERY, RESULT, ERROR = 0x01, 0x02, 0x07, 0x08, 0x00
VERSION, ANSWER = 0x04, 0x84
QUORUM = 0x0004
ROWS = 0x0002
ANSWER_SECONDS_MAX = 60


class Refused(Exception):
    pass


class Cql:
    def __init__(self, address, keyspace):
        host, port = address.rsplit(":", 1)
        self.keyspace = keyspace
        self.socket = socket.create_connection((host, int(port)), ANSWER_SECONDS_MAX)
        options = struct.pack(">H", 1) + text("CQL_VERSION") + text("3.0.0")
        assert self.ask(STARTUP, options)[0] == READY
        self.tables = {}
        columns = self.rows("SELECT JSON table_name, column_name, kind, position, type FROM "
                            f"system_schema.columns WHERE keyspace_name = '{keyspace}'")
        for column in columns:
            self.tables.setdefault(column["table_name"], {})[column["column_name"]] = column

    def close(self):
        self.socket.close()

    def read(self, n):
        data = b""
        while len(data) < n:
            more = self.socket.recv(n - len(data))
            if not more:
                raise ConnectionError("the node closed the connection")
            data += more
        return data

    def ask(self, opcode, body):
        self.socket.sendall(struct.pack(">BBhBI", VERSION, 0, 0, opcode, len(body)) + body)
        version, flags, _, opcode, length = struct.unpack(">BBhBI", self.read(9))
        answer = self.read(length)
        assert version == ANSWER and flags in (0, 8), (version, flags)
        if opcode == ERROR:
            raise Refused(answer[6:].decode())
        if flags == 8:  # warnings come first
            n, at = struct.unpack_from(">H", answer)[0], 2
            for _ in range(n):
                at += 2 + struct.unpack_from(">H", answer, at)[0]
            answer = answer[at:]
        return opcode, answer

    def run(self, statement):
        statement = statement.encode()
        opcode, answer = self.ask(
            QUERY, struct.pack(">I", len(statement)) + statement + struct.pack(">HB", QUORUM, 0))
        assert opcode == RESULT, opcode
        return answer

    def rows(self, select_json):
        """What a SELECT JSON gives, each row as a dictionary."""
        answer = self.run(select_json)
        kind, flags, columns = struct.unpack_from(">III", answer)
        assert kind == ROWS and flags == 1 and columns == 1, (kind, flags, columns)
        at = 12
        for _ in range(3):  # keyspace, table, and the one column: its name, and that it is text
            at += 2 + struct.unpack_from(">H", answer, at)[0]
        at += 2
        (n,) = struct.unpack_from(">I", answer, at)
        at += 4
        found = []
        for _ in range(n):
            (length,) = struct.unpack_from(">i", answer, at)
            found.append(json.loads(answer[at + 4:at + 4 + length]))
            at += 4 + length
        return found

    # Rows of the keyspace's tables.

    def keys(self, table, kinds=("partition_key", "clustering")):
        """The names of its primary key's columns, in order."""
        columns = [c for c in self.tables[table].values() if c["kind"] in kinds]
        columns.sort(key=lambda c: (c["kind"] == "clustering", c["position"]))
        return [c["column_name"] for c in columns]

    def all(self, table):
        return self.rows(f"SELECT JSON * FROM {self.keyspace}.{table}")

    def literal(self, table, column, value):
        kind = self.tables[table][column]["type"]
        if kind == "text":
            return "'" + value.replace("'", "''") + "'"
        if kind == "boolean":
            return str(value).lower()
        return str(value)  # a number; a blob is in hexadecimal already

    def where(self, table, row, column=None, partition=False):
        """What names the row; of a static column, its partition."""
        partition = partition or (column and self.tables[table][column]["kind"] == "static")
        names = self.keys(table, ("partition_key",)) if partition else self.keys(table)
        return "WHERE " + " AND ".join(f"{k} = {self.literal(table, k, row[k])}" for k in names)

    def put(self, table, row, column, value, using=""):
        self.run(f"UPDATE {self.keyspace}.{table} {using} SET {column} = "
                 f"{self.literal(table, column, value)} {self.where(table, row, column)}")

    def insert(self, table, row):
        there = {k: v for k, v in row.items() if v is not None}
        self.run(f"INSERT INTO {self.keyspace}.{table} ({', '.join(there)}) VALUES ("
                 f"{', '.join(self.literal(table, k, v) for k, v in there.items())})")

    def delete(self, table, row, column=None):
        """The row, or one column of it."""
        self.run(f"DELETE {column or ''} FROM {self.keyspace}.{table} {self.where(table, row, column)}")

    def delete_partition(self, table, row):
        self.run(f"DELETE FROM {self.keyspace}.{table} {self.where(table, row, partition=True)}")


def text(value):
    return struct.pack(">H", len(value)) + value.encode()
