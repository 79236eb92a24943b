/*
 * The table as a page of the system's manual, parleyd.conf(5), in mdoc(7). Pure.
 *
 * A text is what help says, not markup: what roff would take for its own is escaped, a sentence
 * begins a line (so roff sets the space after it), and what stands in backticks is set bold.
 */
#include "config/config.h"
#include "config/option.h"

static void add_line(struct builder *out, struct str macro, struct str text)
{
    builder_add_str(out, macro);
    builder_add_str(out, text);
    builder_add_byte(out, '\n');
}

static bool ends_sentence(struct str text, size_t i)
{
    return text.p[i] == '.' && i + 2 < text.n && text.p[i + 1] == ' ' && text.p[i + 2] >= 'A' &&
           text.p[i + 2] <= 'Z';
}

static void add_text(struct builder *out, struct str text)
{
    bool starts = true, code = false;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (starts && (c == '.' || c == '\''))
            builder_add_str(out, STR("\\&"));
        starts = false;
        if (c == '\\') {
            builder_add_str(out, STR("\\e"));
        } else if (c == '`') {
            code = !code;
            builder_add_str(out, code ? STR("\\fB") : STR("\\fP"));
        } else if (ends_sentence(text, i)) {
            builder_add_str(out, STR(".\n"));
            starts = true;
            i++;
        } else {
            builder_add_byte(out, c);
        }
    }
    builder_add_byte(out, '\n');
}

static void add_option(struct builder *out, const struct option *o)
{
    struct builder range = {0};

    add_line(out, STR(".It Ic "), str_of(o->name));
    add_text(out, str_of(o->help));
    add_line(out, STR(".Pp"), STR(""));
    option_format_range(o, &range);
    builder_add_str(out, STR("Values: "));
    builder_add_str(out, builder_str(&range));
    add_line(out, STR(".\nDefault: "), o->fallback[0] ? str_of(o->fallback) : STR("empty"));
    builder_deinit(&range);
}

static const char before[] =
    ".Dt PARLEYD.CONF 5\n"
    ".Os Parley\n"
    ".Sh NAME\n"
    ".Nm parleyd.conf\n"
    ".Nd options of the Parley chat server\n"
    ".Sh DESCRIPTION\n"
    "Each line sets an option:\n"
    ".Pp\n"
    ".Dl name = value\n"
    ".Pp\n"
    "A # at the start of a line or after a blank begins a comment.\n"
    "What is not known is an error, and so is a value that is not allowed.\n"
    ".Pp\n"
    "The file is read if it is named by\n"
    ".Fl \\-config Ar FILE\n"
    "or by the variable\n"
    ".Ev PARLEY_CONFIG .\n"
    "Stronger than the file is the environment, where an option begins with\n"
    ".Ev PARLEY_\n"
    "and stands in capital letters, with an underscore for a dot.\n"
    "Stronger than that is a flag, such as\n"
    ".Fl \\-data_dir Ns = Ns Ar DIR .\n"
    ".Sh OPTIONS\n";

static const char after[] = ".Sh FILES\n"
                            ".Bl -tag -width Ds\n"
                            ".It Pa /etc/parley/parleyd.conf\n"
                            "what the packaged service reads\n"
                            ".El\n"
                            ".Sh EXAMPLES\n"
                            "A server that everybody may reach and sign up at:\n"
                            ".Bd -literal -offset indent\n"
                            "data_dir = /var/lib/parley\n"
                            "listen = :443\n"
                            "tls.certificate = /etc/parley/fullchain.pem\n"
                            "tls.key = /etc/parley/key.pem\n"
                            "registration = open\n"
                            ".Ed\n"
                            ".Sh SEE ALSO\n"
                            ".Xr parleyd 1\n";

void config_print_man(struct builder *out, struct str date)
{
    add_line(out, STR(".Dd "), date);
    builder_add_str(out, str_of(before));
    for (size_t i = 0; i < options_n; i++) {
        const struct option *o = &options[i];
        if (o->group) {
            add_line(out, STR(".Ss "), str_of(o->group));
            add_line(out, STR(".Bl -tag -width Ds"), STR(""));
        }
        add_option(out, o);
        if (i + 1 == options_n || options[i + 1].group)
            add_line(out, STR(".El"), STR(""));
    }
    builder_add_str(out, str_of(after));
}
