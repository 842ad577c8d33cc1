using System.CommandLine;
using System.CommandLine.Parsing;

namespace Elman.Cli;

/// <summary>The options of a command that a table of settings asks for: names, help, defaults and checks are the table's.</summary>
internal sealed class SettingOptions<TOptions>
    where TOptions : class
{
    private readonly List<(Setting<TOptions> Setting, Option Option)> _options = [];

    /// <param name="table">The settings.</param>
    /// <param name="but">Names of settings that the command asks for in another way.</param>
    public SettingOptions(SettingTable<TOptions> table, params ReadOnlySpan<string> but)
    {
        foreach (var setting in table)
        {
            if (setting.Option.Length > 0 && !but.Contains(setting.Name))
                _options.Add((setting, setting.Kind == SettingKind.Flag ? Flag(setting) : Valued(setting, table.Defaults)));
        }
    }

    /// <summary>Gives the options to a command, in the table's order.</summary>
    public void AddTo(Command command)
    {
        foreach (var (_, option) in _options)
            command.Options.Add(option);
    }

    /// <summary>The names of the settings that the command line says.</summary>
    public IReadOnlyList<string> Given(ParseResult given) =>
        [.. _options.Where(one => given.GetResult(one.Option) is { Implicit: false }).Select(one => one.Setting.Name)];

    /// <summary>The record with what the command line says; what it does not say stays as it is.</summary>
    public TOptions Apply(ParseResult given, TOptions options)
    {
        foreach (var (setting, option) in _options)
        {
            if (given.GetResult(option) is not { Implicit: false } said)
                continue;
            string text = setting.Kind == SettingKind.Flag ? "yes" : said.Tokens[0].Value;
            options = setting.TryParse(text, options) ?? throw new ElmanException(Complaint(setting, text));
        }

        return options;
    }

    private static Option<bool> Flag(Setting<TOptions> setting) => new(setting.Option) { Description = setting.Help };

    private static Option<string> Valued(Setting<TOptions> setting, TOptions defaults)
    {
        return new Option<string>(setting.Option)
        {
            Description = $"{setting.Help}{(setting.Placeholder == "name" ? $" One of {setting.Range}." : "")} [default: {setting.Text(defaults)}]",
            HelpName = setting.Placeholder,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (setting.TryParse(text, defaults) is null)
                    result.AddError(Complaint(setting, text));
                return text;
            },
        };
    }

    private static string Complaint(Setting<TOptions> setting, string text) => $"{setting.Option} takes {setting.Takes}, not {Names.Quote(text)}";
}
