<#
.SYNOPSIS
    Registers a task that runs one cycle of crm-domino-sync every few minutes, as LocalService.
.PARAMETER Minutes
    Minutes between two cycles, 1 to 60.
.PARAMETER SkipDoctor
    Registers although the configuration was not tried.
.EXAMPLE
    .\install-task.ps1 -Minutes 1
#>
[CmdletBinding()]
param(
    [ValidateRange(1, 60)] [int] $Minutes = 1,
    [switch] $SkipDoctor
)
. (Join-Path $PSScriptRoot 'common.ps1')

Assert-Administrator
Assert-Prerequisites
if (-not $SkipDoctor) { Test-Configuration }
# S-1-5-19 is LocalService, whatever the language of Windows calls it.
Protect-DataFolder -Account '*S-1-5-19'

# Through the document, so that a path with & or < stays what it is.
[xml] $task = Get-Content -LiteralPath (Join-Path $PSScriptRoot 'task-once.xml') -Raw
$exec = $task.Task.Actions.Exec
$exec.Command = $Node
$exec.Arguments = "--import tsx src\cli.ts --config `"$ConfigFile`" once"
$exec.WorkingDirectory = $Project
$task.Task.Triggers.TimeTrigger.Repetition.Interval = "PT${Minutes}M"
Register-ScheduledTask -TaskName 'crm-domino-sync' -Xml $task.OuterXml -Force
Write-Output 'Take it away again: Unregister-ScheduledTask -TaskName crm-domino-sync'
