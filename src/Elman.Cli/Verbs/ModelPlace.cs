using System.CommandLine;

namespace Elman.Cli;

/// <summary>Opening the model file that a verb is given.</summary>
internal static class ModelPlace
{
    /// <exception cref="ElmanException">There is no such file, or it is no model; the message says what to do.</exception>
    public static ModelFile Read(string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new ElmanException($"there is no model file {path}; elman train makes one");
        return ModelFile.Read(path);
    }

    /// <summary>Opens a forecaster, for verbs that know no other task.</summary>
    public static Forecaster Load(string path)
    {
        var file = Read(path);
        file.RequireTask(Forecaster.TaskName);
        return (Forecaster)TaskRegistry.Load(file);
    }

    /// <summary>Reads the columns that the model was trained on.</summary>
    public static SeriesSet ReadSeries(Forecaster model, DataArguments columns, ParseResult given, string path, Terminal terminal)
    {
        if (model.Schema is { } schema)
            return columns.ReadSeries(given, path, schema, terminal);
        var table = columns.ReadTable(given, path, terminal.Input);
        var roles = new SeriesRoles
        {
            Targets = [model.Target],
            Covariates = model.Covariates,
            Known = model.Known,
        };
        var data = SeriesSet.Read(table, columns.Roles(given, roles));
        terminal.Remark(data.Remarks);
        return data;
    }
}
