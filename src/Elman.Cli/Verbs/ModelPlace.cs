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

    /// <summary>Reads the columns that the model was trained on, and remarks what was inferred.</summary>
    /// <param name="model">The model.</param>
    /// <param name="columns">The options of the data.</param>
    /// <param name="given">The command line.</param>
    /// <param name="path">The file.</param>
    /// <param name="terminal">Where the remarks go.</param>
    /// <param name="standardInput">What "-" stands for; the terminal's if null.</param>
    /// <param name="plan">A file with what is known of the rows to come; null for none.</param>
    public static SeriesSet ReadSeries(
        Forecaster model, DataArguments columns, ParseResult given, string path, Terminal terminal, Stream? standardInput = null, string? plan = null)
    {
        var schema = model.Schema ?? new SeriesSchema
        {
            Roles = new SeriesRoles { Targets = [model.Target], Covariates = model.Covariates, Known = model.Known },
            Frequency = model.Frequency,
        };
        var data = columns.ReadSeries(given, path, schema, standardInput ?? terminal.Input, plan);
        terminal.Remark(data.Remarks);
        return data;
    }
}
